// The smallest token endpoint: reads the request, gives the prepared answer. Says its port on the first line.
import { createServer } from "node:http";
import { answer, answerHeaders } from "./setting.mjs";

let requests = 0;
const headers = { ...answerHeaders, "content-length": Buffer.byteLength(answer) };

const server = createServer((request, response) => {
  if (request.url === "/count") {
    response.end(String(requests));
    return;
  }
  requests += 1;
  request.resume().on("end", () => response.writeHead(200, headers).end(answer));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
