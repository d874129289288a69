import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { mantineStyles } from '../mantine-styles.ts'

test('mantine.css has the styles of what is used, and of nothing else', () => {
  assert.equal(readFileSync(join(import.meta.dirname, 'mantine.css'), 'utf8'), mantineStyles())
})
