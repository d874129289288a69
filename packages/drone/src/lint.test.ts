// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${} is what the files under test are written with
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from './plan.ts'
import { sampleBuild } from './sample-build.ts'

const build = sampleBuild({ event: 'push' })
const head = 'kind: pipeline\nname: p\nsteps:\n'

const wrong: [name: string, file: string, line: number, message: RegExp][] = [
  ['no image', `${head}- name: a\n`, 4, /missing image/],
  ['no name', `${head}- image: i\n`, 4, /missing step name/],
  ['a name twice', `${head}- {name: a, image: i}\n- {name: a, image: i}\n`, 5, /duplicate step names/],
  ['a step called clone', `${head}- {name: clone, image: i}\n`, 4, /built-in clone/],
  [
    'a service and a step of one name',
    `${head}- {name: a, image: i}\nservices: [{name: a, image: i}]\n`,
    4,
    /duplicate/,
  ],
  ['an unknown dependency', `${head}- name: a\n  image: i\n  depends_on: [b]\n`, 6, /unknown step dependency/],
  ['a later dependency', `${head}- name: a\n  image: i\n  depends_on: [b]\n- {name: b, image: i}\n`, 6, /comes later/],
  ['itself', `${head}- name: a\n  image: i\n  depends_on: [a]\n`, 6, /itself/],
  ['an unknown pipeline', `kind: pipeline\ndepends_on: [x]\nsteps: []\n`, 2, /no earlier pipeline/],
  [
    'two pipelines without names',
    'kind: pipeline\nsteps: []\n---\nkind: pipeline\nsteps: []\n',
    4,
    /duplicate pipeline names/,
  ],
  ['a reserved volume', `${head}- name: a\n  image: i\n  volumes: [{name: _workspace, path: /x}]\n`, 6, /reserved/],
  [
    'a mount under /run/drone',
    `${head}- name: a\n  image: i\n  volumes:\n  - {name: v, path: /run/drone/x}\n`,
    7,
    /run\/drone/,
  ],
  ['privilege', `${head}- name: a\n  image: i\n  privileged: true\n`, 6, /privileged, which untrusted/],
  [
    'a volume of the host',
    `kind: pipeline\nname: p\nsteps: []\nvolumes:\n- name: v\n  host: {path: /x}\n`,
    5,
    /folder of the host/,
  ],
  ['an unknown architecture', `kind: pipeline\nplatform: {arch: mips}\nsteps: []\n`, 2, /unsupported architecture/],
  [
    'a command that is no list',
    `${head}- name: a\n  image: i\n  commands: make\n`,
    6,
    /"make" stands where a list belongs/,
  ],
  [
    'a map among the commands',
    `${head}- name: a\n  image: i\n  commands:\n  - echo: x\n`,
    7,
    /a map stands where a text/,
  ],
  ['an empty kind', 'kind: ""\nname: x\n', 1, /missing kind attribute/],
  ['the format of 0.8', 'pipeline: {build: {image: go}}\n', 1, /0\.8/],
  ['no content', '# nothing\n', 0, /empty/],
  ['an unknown anchor', `${head}- *a\n`, 4, /unknown anchor "a"/],
  ['an anchor in itself', 'kind: pipeline\nsteps: &a\n- settings: {x: *a}\n', 3, /contains itself/],
  ['a tab', `${head}- name: a\n\timage: i\n`, 5, /tab/],
  ['an open bracket', `${head}- {name: a\n`, 4, /is not closed: a "," or "}" is missing/],
  ['an open quote', 'kind: pipeline\nname: "a\n', 2, /quoted text is not closed/],
  ['a colon too many', 'kind: pipeline\nname: a: b\n', 2, /second ":" in one line/],
  ['<< of a text', 'kind: pipeline\n<<: x\n', 2, /<< needs a map/],
  ['a bad substitution', `${head}- {name: a, image: "\${x-y}"}\n`, 4, /bad substitution at \$\{x-y\}/],
  ['a secret without a source', 'kind: secret\nname: s\n', 1, /neither data nor get/],
  ['a cron job without a branch', 'kind: cron\nname: c\nspec: {schedule: x}\n', 1, /no branch/],
  [
    'limits of a pipeline',
    'kind: pipeline\ntype: kubernetes\nresources: {limits: {cpu: 1}}\nsteps: []\n',
    3,
    /belong to a step/,
  ],
]
for (const [name, file, line, message] of wrong)
  test(`lint finds ${name}`, () => {
    const { ok, errors } = planOf(file, build)
    assert.equal(ok, false)
    assert.deepEqual(errors.find((error) => message.test(error.message))?.line, line, JSON.stringify(errors))
  })

const right: [name: string, file: string][] = [
  [
    'a dependency on clone and a service',
    `${head}- {name: a, image: i, depends_on: [clone, db]}\nservices: [{name: db, image: i}]\n`,
  ],
  ['exec steps without an image', 'kind: pipeline\ntype: exec\nsteps: [{name: a, commands: [x]}]\n'],
  ['comments before the first document', `# generated\n---\n${head}- {name: a, image: i}\n---\n`],
  ['windows line ends and a byte order mark', `\uFEFF${head}- {name: a, image: i}\n`.replaceAll('\n', '\r\n')],
  ['a closing bracket at the margin', `${head}- name: a\n  image: i\n  commands: [\n    a\n  ]\n`],
]
for (const [name, file] of right) test(`lint takes ${name}`, () => assert.deepEqual(planOf(file, build).errors, []))

test('what needs trust is a warning where nobody can be asked, and nothing for the trusted', () => {
  const file = `${head}- {name: a, image: i, privileged: true}\n`
  const unknown = planOf(file, build, { trusted: 'unknown' })
  assert.deepEqual([unknown.ok, unknown.warnings.length], [true, 1])
  assert.deepEqual(planOf(file, build, { trusted: true }).warnings, [])
})

test('an alias bomb, deep nesting and 5,000 lines are answered quickly', () => {
  const bomb = Array.from(
    { length: 12 },
    (_, n) =>
      `a${n}: &a${n} [${
        n
          ? Array(10)
              .fill(`*a${n - 1}`)
              .join(',')
          : 'x'
      }]`,
  )
  const file = `kind: pipeline\n${bomb.join('\n')}\nsteps: [{name: s, image: i, settings: {x: *a11}}]\n`
  const deep = `kind: pipeline\nx: ${'['.repeat(20_000)}\n`
  const steps = Array.from(
    { length: 34 },
    (_, n) => `- name: s${n}\n  image: i\n  commands:\n${'  - echo ${DRONE_BRANCH}\n'.repeat(4)}`,
  )
  const long = Array.from({ length: 29 }, (_, n) => `kind: pipeline\nname: p${n}\nsteps:\n${steps.join('')}`).join(
    '---\n',
  )
  for (const [text, isOk] of [
    [file, false],
    [deep, false],
    [long, true],
  ] as const) {
    const started = performance.now()
    assert.equal(planOf(text, build).ok, isOk)
    assert.ok(performance.now() - started < 5000)
  }
})
