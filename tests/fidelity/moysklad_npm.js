// Asks the emulated MoySklad through `moysklad` from npm, unmodified: node moysklad_npm.js <endpoint> <login> <password>
// The client insists on https://, and lets its user bring the fetch: TLS is taken off there, nothing else.
// Writes one JSON object: name -> what the client made of the answer, or {"error", "code", ...}.
const Moysklad = require("moysklad");

const [endpoint, login, password] = process.argv.slice(2);
const plain = (url, options) => fetch(url.replace("https://", "http://"), options);
const ms = Moysklad({ endpoint, api: "remap", apiVersion: "1.2", login, password, fetch: plain });
const told = {};

async function tell(name, work) {
  try {
    told[name] = await work();
  } catch (problem) {
    told[name] = { error: problem.name, code: problem.code, status: problem.status, message: String(problem.message),
                   errorsIndexes: problem.errorsIndexes };
  }
  return told[name];
}

const one = async (path, query) => (await ms.GET(path, query)).rows[0];
const link = ({ meta }) => ({ meta });

(async () => {
  const organization = link(await one("entity/organization"));
  const store = link(await one("entity/store", { filter: { code: "MSK-01" } }));
  const cup = await tell("goods", () => one("entity/product", { filter: { article: "CUP-1" } }));
  const agent = link(await ms.POST("entity/counterparty", { name: "Мария Северцева", phone: "+79000001462" }));
  const syncId = "4b7f1b1e-8f4a-4b0e-9d7a-2f7f6d0c1a55";
  const positions = [{ quantity: 2, price: 45000, reserve: 2, assortment: link(cup) }];
  const body = { name: "npm-1", syncId, organization, agent, store, positions,
                 moment: Moysklad.getTimeString(new Date("2026-10-05T09:40:00Z")) };
  const order = await tell("order", () => ms.POST("entity/customerorder", body));
  await tell("again", () => ms.POST("entity/customerorder", { ...body, name: "npm-2" }));
  told.moment = Moysklad.parseTimeString(order.moment).toISOString();
  await tell("found", () =>
    ms.GET("entity/customerorder", {
      filter: { name: { $st: "npm" }, sum: { $gte: 90000, $lt: 90001 }, state: { name: "Новый" } },
      expand: "positions.assortment,state", limit: 10, order: "moment,desc",
    }));
  await tell("changed", () => ms.PUT(["entity", "customerorder", order.id].join("/"), { description: "x" }));
  const template = await tell("template", () => ms.PUT("entity/demand/new", { customerOrder: link(order) }));
  const { organization: o, agent: a, store: s, customerOrder } = template;
  const demand = await tell("demand", () =>
    ms.POST("entity/demand", { organization: o, agent: a, store: s, customerOrder,
      positions: template.positions.rows, shippingDocumentNumber: "1105000" }));
  await tell("files", () =>
    ms.POST(`entity/demand/${demand.id}/files`, [{ filename: "label.pdf", content: "JVBERi0xLjQ=" }]));
  const form = await one("entity/demand/metadata/embeddedtemplate");
  await tell("printed", async () => {
    const answer = await ms.POST(`entity/demand/${demand.id}/export`, { template: link(form), extension: "pdf" }, null,
      { rawRedirect: true });
    const file = await fetch(answer.headers.get("location"));
    return { status: answer.status, begins: (await file.text()).slice(0, 5) };
  });
  await tell("stock", () => ms.GET("report/stock/bystore/current", { filter: { assortmentId: cup.id }, stockType: "freeStock" }));
  await tell("missing", () => ms.POST("entity/customerorder", { organization }));
  await tell("mass", () => ms.POST("entity/customerorder", [{ organization }, { ...body, syncId: undefined, name: "npm-3" }]));
  await tell("nobody", () => ms.GET("entity/customerorder/00000000-0000-11f1-0a80-000000000001"));
  await tell("deleted", async () => (await ms.DELETE(`entity/demand/${demand.id}`)) ?? null);
  process.stdout.write(JSON.stringify(told));
})();
