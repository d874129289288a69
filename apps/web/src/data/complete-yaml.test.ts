import assert from 'node:assert/strict'
import { test } from 'node:test'
import { helpAt, suggestionsAt } from './complete-yaml.ts'
import type { ApiKind } from './discovery.ts'
import type { KindSchema } from './schema-field.ts'

const kind = (group: string, name: string): ApiKind => ({
  group,
  version: 'v1',
  kind: name,
  plural: `${name.toLowerCase()}s`,
  isNamespaced: true,
  verbs: ['create'],
  shortNames: [],
  categories: [],
  subresources: [],
  path: '',
  isPreferred: true,
})
const widget: KindSchema = {
  root: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        properties: {
          size: { type: 'integer', description: 'How large.' },
          mode: { type: 'string', enum: ['fast', 'slow'] },
          isOn: { type: 'boolean' },
          parts: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    },
  },
  parts: {},
}
const reach = {
  kinds: [kind('', 'Pod'), kind('example.com', 'Widget'), kind('example.com', 'Gadget')],
  schema: async ({ kind }: ApiKind) => (kind === 'Widget' ? widget : undefined),
}
const head = 'apiVersion: example.com/v1\nkind: Widget\n'
const at = (text: string) => {
  const offset = text.indexOf('¦')
  return suggestionsAt(text.replace('¦', ''), offset, reach)
}
const cases = [
  { name: 'an empty text', text: '¦', want: ['apiVersion: ', 'kind: ', 'metadata: '] },
  { name: 'versions', text: 'apiVersion: ¦', want: ['v1', 'example.com/v1'] },
  { name: 'versions of a kind', text: 'kind: Gadget\napiVersion: ¦', want: ['example.com/v1'] },
  { name: 'kinds of a version', text: 'apiVersion: example.com/v1\nkind: ¦', want: ['Widget', 'Gadget'] },
  {
    name: 'fields that are not there yet',
    text: `${head}spec:\n  size: 1\n  ¦`,
    want: ['mode: ', 'isOn: ', 'parts:\n    - ', 'labels:\n    '],
  },
  { name: 'fields of an item', text: `${head}spec:\n  parts:\n    - ¦`, want: ['name: '] },
  { name: 'values', text: `${head}spec:\n  mode: ¦`, want: ['fast', 'slow'] },
  { name: 'yes or no', text: `${head}spec:\n  isOn: ¦`, want: ['true', 'false'] },
]
for (const { name, text, want } of cases)
  test(`completion: ${name}`, async () => {
    assert.deepEqual(
      (await at(text))?.items.map(({ insert }) => insert),
      want,
    )
  })

test('what has to be there is said', async () => {
  const items = (await at(`${head}spec:\n  ¦`))!.items
  assert.deepEqual(
    items.filter(({ isRequired }) => isRequired).map(({ label }) => label),
    ['size'],
  )
})

test('help for the field under the pointer', async () => {
  const text = `${head}spec:\n  size: 1\n  mode: fast\n`
  assert.deepEqual(await helpAt(text, text.indexOf('size') + 1, reach), {
    path: 'spec.size',
    type: 'integer',
    description: 'How large.',
    isRequired: true,
  })
  assert.deepEqual((await helpAt(text, text.indexOf('mode') + 2, reach))?.values, ['fast', 'slow'])
  assert.equal(await helpAt(text, text.indexOf('fast') + 1, reach), undefined)
})
