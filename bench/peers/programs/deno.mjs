// Deno without any permission: the first program is the process itself, every other one a Worker.
// The first letter of a line says which, as in node.mjs.  The handler is put before this text.
const WORKER = handle.toString() + ";self.onmessage = (e) => self.postMessage(handle(e.data));";
const url = "data:application/javascript," + encodeURIComponent(WORKER);
const kept = [];

function other(line) {
  const worker = new Worker(url, { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = (event) => {
      if (line[0] === "k") kept.push(worker);
      else worker.terminate();
      resolve(event.data);
    };
    worker.postMessage(line.slice(1));
  });
}

const reader = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
const encoder = new TextEncoder();
let rest = "";
for (;;) {
  const { value, done } = await reader.read();
  if (done) break;
  const lines = (rest + value).split("\n");
  rest = lines.pop();
  let said = "";
  for (const line of lines) {
    said += (line[0] === "e" ? handle(line.slice(1)) : await other(line)) + "\n";
  }
  const bytes = encoder.encode(said);
  for (let at = 0; at < bytes.length; ) at += Deno.stdout.writeSync(bytes.subarray(at));
}
