// A picture in a frame of somebody's page: a link to the whole app, and how high the picture is.

const SAYS = "inside-an-rnn" // the type of what is told to the page round the frame

/** The address of the same picture in the whole app. */
export function whole(href) {
  return changed(href, { frame: null, controls: null, present: null })
}

/** Tells the page round the frame the height, once for each that it has; the page may ignore it. */
export function teller(window) {
  let last
  return (height) => {
    const now = Math.ceil(height)
    if (window.parent === window || !now || now === last) return
    last = now
    window.parent.postMessage({ type: SAYS, height: now }, "*") // a height is nobody's secret
  }
}

export default function ({ parentElement }) {
  const link = parentElement.querySelector("[data-component=framed] a")
  const renew = () => { link.href = whole(location.href) } // the settings change without this part
  renew()
  for (const event of ["pointerenter", "focus", "click", "auxclick", "contextmenu"])
    link.addEventListener(event, renew)
  parentElement.querySelector("[data-component=framed]").dataset.drawn = "1"
  /** @type {HTMLElement} */
  const content = document.querySelector("[data-testid=stMainBlockContainer]")
  const tell = teller(window)
  const observer = new ResizeObserver(() => {
    // Behind the picture alone, and not round it, lies the theme's colour: the page may have any.
    content.style.backgroundColor = getComputedStyle(link).getPropertyValue("--st-background-color")
    tell(content.getBoundingClientRect().height)
  })
  observer.observe(content)
  return () => observer.disconnect()
}
