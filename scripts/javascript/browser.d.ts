// What the scripts find in the window besides the browser's own.
interface Window {
  Plotly?: any
  __plotly?: Promise<any>
}
