import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { borders, violations } from './check-imports.ts'

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'borders-'))
  for (const folder of Object.keys(borders)) mkdirSync(join(root, folder), { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

const cases = [
  {
    name: 'lets the platform use the client',
    file: 'packages/platform/src/a.ts',
    what: '@sampan/client/client',
    ok: true,
  },
  {
    name: 'keeps the platform off the engine',
    file: 'packages/platform/src/a.ts',
    what: '@sampan/node/node',
    ok: false,
  },
  {
    name: 'keeps controllers off the store',
    file: 'packages/controllers/src/a.ts',
    what: '@sampan/store/store',
    ok: false,
  },
  { name: 'lets everything use kit', file: 'packages/store/src/a.ts', what: '@sampan/kit/log', ok: true },
  {
    name: 'stops relative paths out of a package',
    file: 'packages/node/src/a.ts',
    what: '../../kit/src/log.ts',
    ok: false,
  },
  {
    name: 'lets a test meet the API server',
    file: 'packages/controllers/src/a.test.ts',
    what: '@sampan/apiserver/server',
    ok: true,
  },
  { name: 'lets the server app use everything', file: 'apps/server/src/a.ts', what: '@sampan/node/node', ok: true },
]

for (const { name, file, what, ok } of cases) {
  test(`the border table ${name}`, () => {
    const root = tree({ [file]: `import { x } from '${what}'\n` })
    try {
      assert.equal(violations(root).length, ok ? 0 : 1)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
}

test('every border holds in this repository', () => {
  assert.deepEqual(violations(join(import.meta.dirname, '..')), [])
})
