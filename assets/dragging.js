// Streamlit's sliders speak when they are let go. This lets them speak while they are dragged: the
// next value is sent only when the last one is answered, so nothing queues up on the server, which
// computes the next picture while the browser paints this one. Keys, touch and screen readers keep
// Streamlit's own native input, through which we speak.

const SLIDER = "[data-testid=stSlider] [role=group]"
const NUMBER = "[data-testid=stSliderThumbValue]"
const PATIENCE = 5000 // milliseconds; then an answer that never came is no longer waited for
const RESTS = 1000 // milliseconds without a run that is seen, and without an answer
// Milliseconds between two values: an address may change 200 times in 10 s, in some browsers only 100.
const APART = globalThis.navigation ? 55 : 110
const REST = 200 // milliseconds that a slider rests before the page hears of it, if a picture followed

/** The value of a native range input at a place of its track, in steps from its least. */
export function valueAt(x, { left, width }, { min, max, step }) {
  const [low, high, by] = [min, max, step].map(Number)
  const share = Math.min(1, Math.max(0, (x - left) / width))
  const value = low + Math.round((share * (high - low)) / by) * by
  return Math.min(high, Number(value.toFixed(6)))
}

/** Sends one value at a time: `send` gives a promise that ends when it is answered; of what came
 *  meanwhile the latest is sent then, or by `last()` at once: the hand has let go, and the page need
 *  not finish a picture that is no longer wanted. */
export function oneByOne(send) {
  let number = 0, busy = false, waiting, sent
  const go = async (value) => {
    const mine = ++number
    busy = true
    waiting = undefined
    sent = value
    try { await send(value) } finally {
      if (mine === number) {
        busy = false
        last()
      }
    }
  }
  const last = () => { if (waiting !== undefined && waiting !== sent) go(waiting) }
  const next = async (value) => {
    if (busy) waiting = value
    else if (value !== sent) await go(value)
  }
  return { next, last }
}

/** The value beside the one that is wanted, and the key that leads on to it.
 *  @returns {[number, string]} */
export function byKey(value, { min, max, step }) {
  const beside = value - Number(step)
  return beside >= Number(min)
    ? [Number(beside.toFixed(6)), "ArrowRight"] : [Math.min(Number(max), value + Number(step)), "ArrowLeft"]
}

/** A slider takes a value that is put into its input, but tells of it only after a key. */
function put(input, value) {
  const [beside, key] = byKey(value, input)
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, String(beside))
  input.dispatchEvent(new Event("input", { bubbles: true }))
  for (const kind of ["keydown", "keyup"])
    input.dispatchEvent(new KeyboardEvent(kind, { key, bubbles: true, cancelable: true }))
}

const pause = (time) => new Promise((done) => setTimeout(done, time))
const addressOrFrame = () => new Promise((done) => {
  globalThis.navigation?.addEventListener("currententrychange", done, { once: true })
  requestAnimationFrame(done)
})

/** Until the page has answered: each of its runs writes the settings into the address once the picture is
 *  there, unless the browser has had enough of that; then the page has to rest for a while. */
async function answered(address) {
  const from = performance.now(), passed = () => performance.now() - from
  let busy = from
  while (location.search === address && passed() < PATIENCE) {
    await addressOrFrame()
    if (!isResting()) busy = performance.now()
    else if (performance.now() - busy > RESTS) break
  }
  if (passed() < APART) await pause(APART - passed())
}

/** The setting whose slider this is, by the key of its widget. */
export const settingOf = (group) =>
  /st-key-set_(\w+)/.exec(group.closest?.('[class*="st-key-set_"]')?.className ?? "")?.[1]

/** Tell every picture; true if one has shown it (see plot/leaves.js). */
const told = (name, detail) => !document.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }))

/** Sends a value at once; one that a picture shows without the page is sent when it rests. */
export function whenItRests(send, shown, rest = REST) {
  let waiting
  const move = (value) => {
    clearTimeout(waiting?.timer)
    waiting = shown(value) ? { value, timer: setTimeout(stop, rest) } : undefined
    if (!waiting) send(value)
  }
  const stop = () => {
    clearTimeout(waiting?.timer)
    if (waiting) send(waiting.value)
    waiting = undefined
  }
  return { move, stop }
}

/** A value as the slider writes it: with as many digits as now. */
export const written = (value, now) => value.toFixed(/\.(\d+)$/.exec(now.trim())?.[1].length ?? 0)

/** Shows a value without the page: the pictures that can, and the number on the thumb. */
function shown(group, value) {
  const there = told("rnn-drag", { setting: settingOf(group), value })
  const number = there && group.querySelector(NUMBER)
  if (number) number.textContent = written(value, number.textContent)
  return there
}

/** Follow one finger or the mouse from the slider it went down on. */
function follow(down, group) {
  const input = group.querySelector("input[type=range]")
  const track = group.querySelector("[data-orientation]") ?? group
  const thumb = input.closest("[data-rac]")
  const { next, last } = oneByOne(async (value) => {
    const address = location.search
    if (value !== Number(input.value)) { // else there is nothing to answer
      put(input, value)
      await answered(address)
    }
    told("rnn-rest", { setting: settingOf(group), value })
  })
  const hand = whenItRests(next, (value) => shown(group, value))
  const move = (event) => {
    if (event.pointerId !== down.pointerId) return
    const value = valueAt(event.clientX, track.getBoundingClientRect(), input)
    const share = (value - input.min) / (input.max - input.min)
    if (thumb) thumb.style.left = `${100 * share}%` // at once; the number may follow with the picture
    hand.move(value)
  }
  const up = (event) => {
    if (event.pointerId !== down.pointerId) return
    for (const [name, heard] of Object.entries(heardUntilUp)) document.removeEventListener(name, heard, true)
    hand.stop()
    last()
  }
  const heardUntilUp = { pointermove: move, pointerup: up, pointercancel: up }
  for (const [name, heard] of Object.entries(heardUntilUp)) document.addEventListener(name, heard, true)
  input.focus({ preventScroll: true })
  move(down)
}

/** A hand that comes near a slider may want to drag it. */
function near(event) {
  const group = event.target.closest?.(SLIDER)
  if (group) told("rnn-near", { setting: settingOf(group) })
}

function down(event) {
  const group = event.target.closest?.(SLIDER)
  const inputs = group?.querySelectorAll("input[type=range]") ?? []
  if (inputs.length !== 1 || inputs[0].disabled || event.button > 0 || group.closest("form, [data-testid=stForm]"))
    return
  event.stopPropagation() // before the slider begins a drag of its own
  event.preventDefault()
  follow(event, group)
}

/** A mouse sends both kinds of events, a finger as well; the slider would hear the second. */
function quiet(event) {
  if (event.target.closest?.(SLIDER)) event.stopPropagation()
}

const HEARD = { pointerover: near, pointerdown: down, mousedown: quiet, touchstart: quiet }

/** Every page has sliders: what listens stays, and the same listener is not added twice. */
export default function () {
  for (const [name, heard] of Object.entries(HEARD)) document.addEventListener(name, heard, true)
}
