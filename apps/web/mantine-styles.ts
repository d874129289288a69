import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const core = join(import.meta.dirname, '../../node_modules/@mantine/core')
const source = join(import.meta.dirname, 'src')
const read = (path: string) => readFileSync(path, 'utf8')

/**
 * `src/mantine.css` as it should be: Mantine's own variables and the styles of the components this console uses, with all
 * these are made of, in the order of Mantine's whole style sheet (later ones rely on it). A test compares.
 */
export function mantineStyles(): string {
  const whole = read(join(core, 'styles.css'))
  const placeOf = (name: string) => whole.indexOf(read(join(core, `styles/${name}.css`)).slice(0, 200))
  const names = [...partsOf(usedComponents())].filter((name) => existsSync(join(core, `styles/${name}.css`)))
  const sorted = ['baseline', 'default-css-variables', 'global', ...names.sort((a, b) => placeOf(a) - placeOf(b))]
  return [
    '/* What of Mantine is used here; written by `node apps/web/mantine-styles.ts`. */',
    ...sorted.map((name) => `@import "@mantine/core/styles/${name}.css";`),
    '',
  ].join('\n')
}

function usedComponents(): Set<string> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  const used = new Set<string>()
  for (const file of files)
    for (const [, names] of read(join(source, file)).matchAll(/import \{([^}]*)\} from '@mantine\/core'/g))
      for (const name of names!.split(',').map((one) => one.trim())) if (/^[A-Za-z]/.test(name)) used.add(name)
  return used
}

/** The style sheets of the components' modules and of everything they import. */
function partsOf(components: ReadonlySet<string>): Set<string> {
  const index = join(core, 'esm/index.mjs')
  const seen = new Set([index])
  const found = new Set<string>()
  const walk = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const [, name] = /([\w-]+)\.module\.mjs$/.exec(file) ?? []
    if (name) return void found.add(name)
    for (const [, path] of read(file).matchAll(/from "(\.[^"]+)"/g)) walk(join(dirname(file), path!))
  }
  for (const [, names, path] of read(index).matchAll(/import \{([^}]*)\} from "(\.[^"]+)"/g))
    if (names!.split(',').some((name) => components.has(name.trim()))) walk(join(dirname(index), path!))
  return found
}

if (import.meta.main) process.stdout.write(mantineStyles())
