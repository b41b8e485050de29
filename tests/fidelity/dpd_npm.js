// Asks the emulated DPD through `dpd` from npm, unmodified: node dpd_npm.js <host:port> <client number> <key>
// Writes one JSON object: name -> what the client made of the answer, or {"error": its words}.
const { DPD } = require("dpd");

const [host, clientId, secretKey] = process.argv.slice(2);
const dpd = new DPD({ hostname: host, clientId: Number(clientId), secretKey });
const route = { pickup: { cityId: 49694102 }, delivery: { cityId: 49694167 }, selfPickup: true, selfDelivery: false };
const box = { weight: 3.5, length: 30, width: 25, height: 25, quantity: 1 };

const calls = {
  shops: () => dpd.geography2.getParcelShops({ countryCode: "RU", cityName: "Саратов" }),
  lone: () => dpd.geography2.getParcelShops({ countryCode: "RU", cityName: "Псков" }),
  terminals: () => dpd.geography2.getTerminalsSelfDelivery2({}),
  storage: () => dpd.geography2.getStoragePeriod({ terminalCode: "M11", serviceCode: "PCL" }),
  cost: () => dpd.calculator2.getServiceCost2({ ...route, weight: 3.5 }),
  parcels: () => dpd.calculator2.getServiceCostByParcels2({ ...route, parcel: [box] }),
  ambiguous: () => dpd.calculator2.getServiceCost2({ ...route, delivery: { cityName: "Киров" }, weight: 3.5 }),
  misplaced: () => dpd.calculator2.getServiceCost2({ weight: 3.5, ...route }),
  states: () => dpd.tracing.getStatesByClient({}),
};

(async () => {
  const told = {};
  for (const [name, call] of Object.entries(calls)) {
    try {
      told[name] = await call();
    } catch (problem) {
      told[name] = { error: String(problem.message || problem) };
    }
  }
  process.stdout.write(JSON.stringify(told));
})();
