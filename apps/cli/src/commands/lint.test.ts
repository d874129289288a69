import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parsed, Usage } from '../command.ts'
import { askedBy, lint } from './lint.ts'

/** Types `sampan lint` with these words in a folder that holds these files. */
async function typed(files: Record<string, string>, ...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'lint-'))
  const said = { out: '', err: '' }
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
    const { words, flags } = parsed(lint, args)
    const code = await lint.run({
      words,
      flags,
      json: flags.json === true,
      cwd,
      env: {},
      out(text) {
        said.out += text
      },
      err(text) {
        said.err += text
      },
      signal: AbortSignal.timeout(10_000),
      api: () => Promise.reject(new Error('lint needs no server')),
    })
    return { code, ...said }
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

const good = 'kind: pipeline\nname: p\nsteps:\n- {name: a, image: i, settings: {x: yes, s: {from_secret: t}}}\n'

test('the plan as JSON has exactly the promised keys', async () => {
  const { code, out } = await typed({ 'a.yml': good }, 'a.yml', '--event', 'push', '--json')
  assert.equal(code, 0)
  const step = {
    name: 'a',
    image: 'i',
    selected: true,
    runsOn: 'on-success',
    after: ['clone'],
    detach: false,
    failure: 'fail',
    environment: {},
    plugin: { PLUGIN_X: 'true', PLUGIN_S: { from_secret: 't' } },
  }
  const pipeline = {
    name: 'p',
    type: 'docker',
    selected: true,
    dependsOn: [],
    clone: true,
    services: [],
    steps: [step],
  }
  assert.deepEqual(JSON.parse(out), { ok: true, errors: [], pipelines: [pipeline] })
})

test('what is wrong is said with file and line, and ends with 1', async () => {
  const { code, err } = await typed({ '.drone.yml': 'kind: pipeline\nsteps:\n- name: a\n' })
  assert.equal(code, 1)
  assert.match(err, /^\.drone\.yml:3: step "a": invalid or missing image: add image\n$/)
})

test('without an event the file is checked, with one its plan is told', async () => {
  assert.match((await typed({ 'a.yml': good }, 'a.yml')).out, /a\.yml is good: 1 pipeline, 1 step/)
  assert.equal((await typed({ 'a.yml': good }, 'a.yml', '--event', 'tag')).out, 'p\n  • a (i) after clone\n')
})

test('a template beside the file is used', async () => {
  const files = { '.drone.yml': 'kind: template\nload: t.yaml\n', 't.yaml': good }
  assert.equal((await typed(files, '--json')).code, 0)
})

test('flags describe the build', () => {
  const asked = askedBy({ event: 'promote', target: 'prod', repo: 'a/b', param: ['K=V=W'] } as never)
  assert.deepEqual([asked.event, asked.target, asked.repo, asked.params], ['promote', 'prod', 'a/b', { K: 'V=W' }])
  assert.throws(() => askedBy({ event: 'deploy' }), /--event deploy: use one of push/)
  assert.throws(() => askedBy({ repo: 'x' }), /OWNER\/NAME/)
})

test('a file that is not there is a wrong question', async () => {
  await assert.rejects(typed({}, 'none.yml'), Usage)
})
