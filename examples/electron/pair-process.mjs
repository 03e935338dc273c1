// The utility process: has the models, and serves whoever it is given a port to.
import { loadPair } from "foretoken";
import { PairService } from "./pair-service.mjs";

const service = new PairService((options) =>
  loadPair({ target: "fable-17m", draft: "fable-1m", ...options }),
);

process.parentPort.on("message", async ({ data, ports: [port] }) => {
  if (data.type === "port") {
    service.serve(port);
  } else if (data.type === "close") {
    await service.close();
    process.exit(0);
  }
});
