import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { folder, generate, written } from './generate-schemas.ts'

test('the schemas in the tree are what the script makes', async () => {
  const { packages, descriptions } = await generate()
  const files = Object.keys(packages).flatMap((name) => [`${name}.descriptions.json.br`, `${name}.json`])
  assert.deepEqual(readdirSync(folder).sort(), files.sort())
  for (const [name, definitions] of Object.entries(packages)) {
    const again = 'run: node scripts/generate-schemas.ts'
    assert.equal(readFileSync(new URL(`${name}.json`, folder), 'utf8'), written(definitions), again)
    const texts = brotliDecompressSync(readFileSync(new URL(`${name}.descriptions.json.br`, folder))).toString()
    assert.equal(texts, written(descriptions[name]!), again)
  }
})
