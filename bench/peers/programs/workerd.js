// workerd: the first program is this worker; every other one an isolate made by the Worker Loader.
// /e is an event of the first, /N of the program with that number, made when it is first asked.
const fetchOf = (source) => `${source}
export default { async fetch(request) { return new Response(handle(await request.text())); } };`;

export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === "/e") return new Response(handle(await request.text()));
    const worker = env.LOADER.get(path, async () => ({
      compatibilityDate: "2025-01-01",
      mainModule: "page.js",
      modules: { "page.js": fetchOf(handle.toString()) },
      globalOutbound: null,
    }));
    return worker.getEntrypoint().fetch(request);
  },
};
