/**
 * The shell script for `commands`: `set -e`, each command after an echo of itself. It is meant to be run from a file
 * (`/bin/sh FILE`), never from stdin, so that a command which reads stdin does not eat the rest of it.
 */
export function scriptOf(_commands: readonly string[]): string {
  throw new Error('not written yet')
}
