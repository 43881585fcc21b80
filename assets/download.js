// Fetches a text when its reader asks for it, tells how far it is, and hands it to the page.

/** How far a download is, in words. */
export function progress(got, size) {
  const mega = (n) => (n / 1e6).toFixed(1)
  return `${mega(got)} of ${mega(size)} MB`
}

/** All of a response's text; `told(bytes so far)` on the way. More than `most` bytes are refused. */
export async function gathered(response, most, told) {
  if (!response.ok) throw new Error(`the answer was ${response.status}`)
  const reader = response.body.getReader(), parts = []
  let got = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    got += value.length
    if (got > most) throw new Error("it is larger than it should be")
    parts.push(value)
    told(got)
  }
  return new Blob(parts).text()
}

export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button"), said = parentElement.querySelector("[role=status]")
  button.textContent = data.label
  said.textContent = data.said
  button.onclick = async () => {
    button.disabled = true
    said.textContent = "Asking for it …"
    try {
      const text = await gathered(await fetch(data.url), data.size, (got) => {
        said.textContent = progress(got, data.size)
      })
      setTriggerValue("text", text)
    } catch (error) {
      said.textContent = `It could not be fetched (${error.message}): this needs the internet. ` +
        "Everything else here works without it; a file of yours will do as well."
    } finally {
      button.disabled = false
    }
  }
}
