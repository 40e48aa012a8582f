// The handler of bench/runtime.py, for whoever speaks JavaScript.
function handle(text) {
  const message = JSON.parse(text);
  const page = message.state;
  page.qty = Math.max(1, page.qty + Number(message.event.dataset.step));
  return JSON.stringify({ qty: page.qty });
}
