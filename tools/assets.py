"""Copy what pages load from node_modules to static/vendor (both unversioned), after `npm ci`.

`python3 tools/assets.py` needs nothing but the standard library and Node. The target is rebuilt whole, so that nothing
stale stays behind; a missing source stops it with its name.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# From (inside node_modules) -> to (inside static/vendor). Folders are copied whole.
COPIES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images": "leaflet/images",
    "leaflet/LICENSE": "licences/leaflet.txt",
    "leaflet.markercluster/dist/leaflet.markercluster.js": "leaflet/leaflet.markercluster.js",
    "leaflet.markercluster/dist/MarkerCluster.css": "leaflet/MarkerCluster.css",
    "leaflet.markercluster/dist/MarkerCluster.Default.css": "leaflet/MarkerCluster.Default.css",
    "leaflet.markercluster/MIT-LICENCE.txt": "licences/leaflet.markercluster.txt",
    "@bitrix24/b24jssdk/LICENSE": "licences/b24jssdk.txt",
    "@bitrix24/b24style/LICENSE": "licences/b24style.txt",
}
#: What a script of ours makes of a package: script -> (inside static/vendor).
MADE = {"tools/tokens.mjs": "b24style.css", "tools/sdk.mjs": "b24frame.min.js"}


def copy(source: Path, target: Path) -> None:
    """Copy one file or one folder; its parent is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def main() -> int:
    """Rebuild static/vendor; the exit code."""
    missing = [name for name in COPIES if not (MODULES / name).exists()]
    if missing:
        print(f"not installed (run npm ci first): {', '.join(missing)}", file=sys.stderr)
        return 1
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in COPIES.items():
        copy(MODULES / source, VENDOR / target)
    for script, target in MADE.items():
        made = subprocess.run(
            ["node", "--no-warnings", script], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
        )
        (VENDOR / target).write_text(made.stdout)
    print(f"static/vendor: {sum(1 for path in VENDOR.rglob('*') if path.is_file())} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
