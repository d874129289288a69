import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { causes } from './causes.ts'

test('docs/errors.md lists every cause as it is said here, and no other', async () => {
  const page = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const section = page.slice(page.indexOf('## Why a deploy fails'))
  const listed = [...section.matchAll(/^\| ([a-z-]+) \| (.+?) \|/gm)].map(([, code, meaning]) => [code, meaning])
  assert.deepEqual(Object.fromEntries(listed), { ...causes })
})
