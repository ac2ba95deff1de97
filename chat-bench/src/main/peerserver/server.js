// PeerServer in a process that tells its port, and its heap when asked.
const { PeerServer } = require("peer");
const { createInterface } = require("node:readline");

PeerServer({ host: "127.0.0.1", port: 0, concurrent_limit: 100000 }, (server) => {
  console.log("port " + server.address().port);
});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line === "heap") {
      global.gc();
      console.log("heap " + process.memoryUsage().heapUsed);
    }
  })
  .on("close", () => process.exit(0));
