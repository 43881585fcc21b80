// What the drawings of one description share: scales of colour, and the theme's colours.

const LEVELS = 256 // an even number, hence a colour exactly in the middle

/** All colours of a scale with the ink that reads on them: [fill, ink] at every level. */
export const levels = stops => Array.from({ length: LEVELS + 1 }, (_, k) => along(stops, k / LEVELS)).map(c => [c, ink(c)])

/** [fill, ink] of a number in a range that belongs to its meaning, never to the data. */
export function fill(v, [kind, low, high], colours) {
  if (!Number.isFinite(v)) return colours.lost
  const share = Math.max(0, Math.min(1, (v - low) / (high - low)))
  return (kind === "unit" ? colours.sequential : colours.diverging)[Math.round(share * LEVELS)]
}

const THEME = ["--st-background-color", "--st-text-color", "--st-secondary-background-color", "--st-border-color", "--st-primary-color", "--st-font",
  "--st-chart-diverging-colors", "--st-chart-sequential-colors", "--st-chart-categorical-colors"]

/** The theme's colours, looked up once for a theme; true if they are new. */
function resolveColours(view) {
  const style = getComputedStyle(view.root), read = name => style.getPropertyValue(name).trim(), theme = THEME.map(read).join(" ")
  if (theme === view.theme) return false
  view.theme = theme
  const list = name => read(name).split(/,(?![^(]*\))/).map(c => c.trim()).filter(c => c && c !== "unset")
  const background = read("--st-background-color") || "#ffffff", text = read("--st-text-color") || "#31333f"
  const both = list("--st-chart-diverging-colors"), ramp = list("--st-chart-sequential-colors"), palette = list("--st-chart-categorical-colors")
  const two = both.length > 3 ? both : ["#6f2c05", "#c96a2a", "#f8d0b0", "#bcd8ec", "#4787bd", "#103d6b"], h = two.length / 2
  view.font = read("--st-font") || "sans-serif"
  view.colours = {
    background, text, panel: read("--st-secondary-background-color") || "#f0f2f6", line: read("--st-border-color") || "#cccccc",
    wire: mix(background, text, 0.62), lost: [mix(background, text, 0.4), ink(mix(background, text, 0.4))],
    diverging: levels([...two.slice(0, h), background, ...two.slice(h)]), sequential: levels(ramp.length > 2 ? ramp : ["#f2f5f7", "#66b89d", "#0a3341"]),
  }
  view.paint = token => {
    const slot = /--chart-(\d+)/.exec(token), name = /var\((--[\w-]+)\)/.exec(token)
    return slot ? palette[Number(slot[1]) % palette.length] ?? text : name ? read(name[1]) || text : token
  }
  return true
}
