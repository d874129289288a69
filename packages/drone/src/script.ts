/**
 * The shell script for `commands`: `set -e`, each command after an echo of itself, the netrc file written first. It is
 * meant to be run from a file (`/bin/sh FILE`), never from stdin, so that a command which reads stdin does not eat the rest.
 */
export function scriptOf(commands: readonly string[]): string {
  return `${preamble}${commands.map((command) => `\nprintf '%s\\n' ${quoted(`+ ${command}`)}\n${command}\n`).join('')}`
}

const preamble = `
if [ -n "\${DRONE_NETRC_FILE:-}" ]; then
  printf '%s\\n' "$DRONE_NETRC_FILE" > "$HOME/.netrc"
  chmod 600 "$HOME/.netrc"
fi
unset DRONE_SCRIPT DRONE_NETRC_MACHINE DRONE_NETRC_USERNAME DRONE_NETRC_PASSWORD DRONE_NETRC_FILE
set -e
`

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
