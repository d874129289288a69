import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The borders between packages (see docs/architecture.md): what each may import of ours. Everything may import `kit`. */
export const borders: Record<string, readonly string[] | 'everything'> = {
  'packages/kit': [],
  'packages/resources': [],
  'packages/store': [],
  'packages/drone': [],
  'packages/client': ['resources'],
  'packages/control': ['client', 'resources'],
  'packages/http': ['client', 'resources'],
  'packages/apiserver': ['store', 'resources', 'http'],
  'packages/controllers': ['control', 'client', 'resources'],
  'packages/scheduler': ['control', 'client', 'resources'],
  'packages/node': ['control', 'client', 'resources'],
  'packages/network': ['control', 'client', 'resources'],
  'packages/platform': ['control', 'client', 'resources', 'http', 'drone'],
  'apps/web': ['client', 'resources'],
  'apps/cli': ['client', 'resources', 'drone'],
  'apps/server': 'everything',
}

/** Tests may meet the other side of a border where they prove that both fit together. */
const testsMayAlso: readonly string[] = ['apiserver', 'store', 'client', 'control', 'controllers', 'http']

const importPattern = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g
const sourcePattern = /\.(ts|tsx|mts|js|mjs)$/
const testPattern = /\.(test|conformance|test-support)\.tsx?$|(^|\/)test-[a-z-]+\.ts$|\/testing\//

/** Every import that crosses a border it may not, as `file imports what: why`. */
export function violations(root: string): string[] {
  return Object.keys(borders).flatMap((folder) =>
    sourceFiles(join(root, folder)).flatMap((file) => {
      const name = relative(root, file).split(sep).join('/')
      return [...readFileSync(file, 'utf8').matchAll(importPattern)].flatMap(([, what]) => {
        const why = refusal(folder, name, what!)
        return why ? [`${name} imports ${what}: ${why}`] : []
      })
    }),
  )
}

function refusal(folder: string, file: string, what: string): string | undefined {
  if (what.startsWith('.')) {
    const depth = file.slice(folder.length + 1).split('/').length - 1
    const up = what.split('/').filter((part) => part === '..').length
    return up > depth ? 'relative imports stay inside their package; use its @sampan name' : undefined
  }
  const target = /^@sampan\/([a-z]+)/.exec(what)?.[1]
  if (!target || target === 'kit' || folder === `packages/${target}` || folder === `apps/${target}`) return undefined
  const allowed = borders[folder]!
  if (allowed === 'everything' || allowed.includes(target)) return undefined
  if (testPattern.test(file) && testsMayAlso.includes(target)) return undefined
  return `${folder} may import only ${['kit', ...allowed].join(', ')}`
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'generated') return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    return sourcePattern.test(entry.name) ? [path] : []
  })
}

if (import.meta.main) {
  const found = violations(join(import.meta.dirname, '..'))
  for (const line of found) console.error(line)
  if (found.length > 0) process.exit(1)
  console.log('imports: every border holds')
}
