// The leaves of a figure, all positions of a slider, kept where assets/plot/leaves.js looks for them.

export default function ({ data, parentElement }) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data)
  const given = JSON.parse(new TextDecoder().decode(bytes)), node = parentElement.querySelector("[data-component]")
  if (given.name) {
    globalThis.rnnLeaves = given
    node.dataset.name = given.name
  }
  node.dataset.drawn = "1"
}
