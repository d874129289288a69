/**
 * The value of one variable in a file of `NAME=value` lines; undefined when it is not there. Empty lines and those that
 * begin with `#` say nothing. Single or double quotes around a value are not part of it; a quoted value may span lines.
 */
export function valueIn(text: string, name: string): string | undefined {
  for (const [, key, single, double, plain] of text.matchAll(assignment))
    if (key === name) return single ?? double ?? plain?.trim() ?? ''
  return undefined
}

const assignment = /^[ \t]*([^#\s=][^=\n]*?)[ \t]*=[ \t]*(?:'([^']*)'|"([^"]*)"|([^\n]*))[ \t]*$/gm
