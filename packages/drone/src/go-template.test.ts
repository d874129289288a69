import assert from 'node:assert/strict'
import { test } from 'node:test'
import { executed } from './go-template.ts'
import { planOf } from './plan.ts'
import { sampleBuild } from './sample-build.ts'
import type { Value } from './template-functions.ts'

const data: Value = {
  input: { name: 'web', list: ['a', 'b'], deep: { x: 1 }, empty: [], on: true },
  build: { event: 'push' },
}
const cases: [source: string, want: string][] = [
  ['a {{ .input.name }} b', 'a web b'],
  ['a {{- .input.name -}} b', 'awebb'],
  ['{{/* comment */}}x', 'x'],
  ['{{ .input.missing }}', '<no value>'],
  ['{{ .input.list }} {{ .input.deep }}', '[a b] map[x:1]'],
  ['{{ if eq .build.event "tag" "push" }}y{{ else }}n{{ end }}', 'y'],
  ['{{ if .input.empty }}a{{ else if .input.on }}b{{ else }}c{{ end }}', 'b'],
  ['{{ range .input.list }}[{{ . }}{{ $.input.name }}]{{ end }}', '[aweb][bweb]'],
  ['{{ range $i, $x := .input.list }}{{ $i }}{{ $x }}{{ end }}', '0a1b'],
  ['{{ range .input.empty }}x{{ else }}none{{ end }}', 'none'],
  [
    '{{ range until 9 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if gt . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}',
    '023',
  ],
  ['{{ with .input.deep }}{{ .x }}{{ end }}', '1'],
  ['{{ $x := 1 }}{{ if true }}{{ $x = add $x 1 }}{{ end }}{{ $x }}', '2'],
  ['{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" .input.name }}', '<web>'],
  ['{{ printf "%s-%03d" (upper .input.name) 7 }}', 'WEB-007'],
  ['{{ and .input.on .input.empty }} {{ or .input.empty "x" }} {{ not .input.on }}', '[] x false'],
  ['{{ .input.none | default "d" }} {{ trunc 2 "abc" }} {{ replace "a" "b" "aa" }}', 'd ab bb'],
  ['{{ index .input.list 1 }} {{ len .input.list }} {{ (index .input.list 0) }}', 'b 2 a'],
  ['{{ toJson .input.deep }} {{ join "," .input.list }} {{ datetime 0 "2006-01-02" }}', '{"x":1} a,b 1970-01-01'],
  ['{{ `raw "x"` }} {{ "a\\nb" }} {{ 1.5 }}', 'raw "x" a\nb 1.5'],
]
for (const [source, want] of cases) test(`template ${source}`, () => assert.equal(executed(source, data), want))

const wrong: [source: string, line: number, message: RegExp][] = [
  ['{{ nope }}', 1, /not defined/],
  ['\n{{ if true }}', 2, /not closed/],
  ['\n\n{{ .a', 3, /not closed/],
  ['{{ end }}', 1, /without a block/],
  ['{{ $x }}', 1, /not defined/],
  ['{{ index .input.list 9 }}', 1, /out of range/],
  ['{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}', 1, /too deeply/],
  ['{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}', 0, /come to an end/],
]
for (const [source, line, message] of wrong)
  test(`template ${source.trim()} is refused`, () => {
    assert.throws(
      () => executed(source, data),
      (error: Error & { line: number }) => error.line === line && message.test(error.message),
    )
  })

const asks = (load: string) => `kind: template\nload: ${load}\ndata:\n  image: golang\n`
const template = (name: string) =>
  name === 'go.yaml'
    ? 'kind: pipeline\nname: {{ .repo.name }}\nsteps:\n- name: t\n  image: {{ .input.image }}\n'
    : undefined

test('a template takes the place of the file', () => {
  const { ok, pipelines } = planOf(asks('go.yaml'), sampleBuild({ event: 'push' }), { template })
  assert.deepEqual([ok, pipelines[0]!.name, pipelines[0]!.steps[0]!.image], [true, 'hello-world', 'golang'])
})
const refused: [load: string, message: RegExp][] = [
  ['none.yaml', /not found/],
  ['x.jsonnet', /Jsonnet/],
  ['x.star', /Starlark/],
  ['go', /extension/],
]
for (const [load, message] of refused)
  test(`template ${load} is refused`, () =>
    assert.match(planOf(asks(load), sampleBuild({ event: 'push' }), { template }).errors[0]!.message, message))
