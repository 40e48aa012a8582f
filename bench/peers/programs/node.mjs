// Node's vm: a context per program, in one process.  A line that begins with "e" is an event of the
// first program; with "n", of a new one that is dropped; with "k", of a new one that is kept.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const script = new vm.Script(readFileSync(process.argv[2], "utf8") + ";handle");
const open = () => script.runInContext(vm.createContext({}));
const first = open();
const kept = [];

function answer(line) {
  if (line[0] === "e") return first(line.slice(1));
  const other = open();
  if (line[0] === "k") kept.push(other);
  return other(line.slice(1));
}

let rest = "";
process.stdin.setEncoding("utf8").on("data", (chunk) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop();
  if (lines.length) process.stdout.write(lines.map(answer).join("\n") + "\n");
});
