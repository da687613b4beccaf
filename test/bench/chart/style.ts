/** Okabe and Ito's colours, which most colour-blind people can tell apart; lighter on dark pages. */
const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#5b5b5b"];
const DARK = ["#56b4e9", "#ff8c42", "#2dd4a7", "#e79ac6", "#f0e442", "#b5b5b5"];

/** More lines than this cannot be told apart. */
export const MOST_SERIES = LIGHT.length;

const colours = (palette: readonly string[]) =>
  palette.map((colour, i) => `.line.s${i}{stroke:${colour}}.mark.s${i}{fill:${colour}}`).join("");

export const STYLE = [
  "text{font:12px system-ui,sans-serif;fill:#333}",
  ".title{font-weight:600;font-size:15px}.label{fill:#555}",
  ".card{fill:#fff;stroke:#d0d7de}.grid{stroke:#e3e6ea}",
  ".line{fill:none;stroke-width:2}.line.broad{stroke-width:6;stroke-opacity:.55}",
  colours(LIGHT),
  "@media (prefers-color-scheme:dark){",
  "text{fill:#e6e6e6}.label{fill:#b5b5b5}.card{fill:#161b22;stroke:#30363d}.grid{stroke:#2a313a}",
  colours(DARK),
  "}",
].join("");
