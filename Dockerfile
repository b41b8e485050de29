# One image for pages, hooks, workers and migrations; compose.yaml says who runs what.
# Browser assets. The full Debian image, because tools/assets.py needs Python beside Node.
FROM node:20-bookworm AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tools/assets.py tools/tokens.mjs tools/sdk.mjs tools/
RUN python3 tools/assets.py

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --require-hashes -r /tmp/base.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 1001 --home-dir /app waybill
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=assets /app/static/vendor static/vendor
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .
USER 1001
EXPOSE 8000
# Whoever starts it without compose gets the pages.
CMD ["gunicorn", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--no-control-socket", "wsgi:pages"]
