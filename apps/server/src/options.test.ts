import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configFrom } from './config.ts'
import { optionsFrom } from './options.ts'

const given = (...args: string[]) => optionsFrom(['--home', '/nowhere', ...args], {}).given

test('a pod may have as many processes as was said', () => {
  assert.equal(configFrom(given('--pod-pids-limit', '500')).podPidsLimit, 500)
  assert.equal('podPidsLimit' in configFrom(given()), false)
})

test('a limit in which nothing could run is refused', () => {
  for (const text of ['0', '9', '1.5', 'many'])
    assert.throws(() => given('--pod-pids-limit', text), /--pod-pids-limit .*: use a whole number from 10/)
})
