const colours = {
  red: '#c92a2a',
  green: '#2b8a3e',
  yellow: '#8f5b00',
  blue: '#1864ab',
  magenta: '#862e9c',
  cyan: '#0b7285',
}

const brightColours = {
  red: '#ff8787',
  green: '#8ce99a',
  yellow: '#ffd43b',
  blue: '#74c0fc',
  magenta: '#e599f7',
  cyan: '#66d9e8',
}

/** The sixteen colours of a terminal on light and on dark ground. */
export const terminalTheme = {
  light: {
    background: '#f8f9fa',
    foreground: '#212529',
    cursor: '#212529',
    cursorAccent: '#f8f9fa',
    selectionBackground: '#a5d8ff',
    black: '#212529',
    white: '#868e96',
    brightBlack: '#495057',
    brightWhite: '#343a40',
    ...colours,
    brightRed: colours.red,
    brightGreen: colours.green,
    brightYellow: colours.yellow,
    brightBlue: colours.blue,
    brightMagenta: colours.magenta,
    brightCyan: colours.cyan,
  },
  dark: {
    background: '#1a1b1e',
    foreground: '#e9ecef',
    cursor: '#e9ecef',
    cursorAccent: '#1a1b1e',
    selectionBackground: '#364fc7',
    black: '#343a40',
    white: '#dee2e6',
    brightBlack: '#868e96',
    brightWhite: '#f8f9fa',
    ...brightColours,
    brightRed: brightColours.red,
    brightGreen: brightColours.green,
    brightYellow: brightColours.yellow,
    brightBlue: brightColours.blue,
    brightMagenta: brightColours.magenta,
    brightCyan: brightColours.cyan,
  },
}
