import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wantedFrom } from './search-words.ts'

const cases = [
  { text: '', want: { name: '' } },
  { text: '  Web ', want: { name: 'web' } },
  { text: 'app=shop', want: { name: '', labels: 'app=shop' } },
  { text: 'api app=shop tier!=db', want: { name: 'api', labels: 'app=shop,tier!=db' } },
  { text: 'app.kubernetes.io/name=x', want: { name: '', labels: 'app.kubernetes.io/name=x' } },
  { text: 'status.phase=Running spec.nodeName=n', want: { name: '', fields: 'status.phase=Running,spec.nodeName=n' } },
  { text: 'type=Warning a=b', want: { name: '', fields: 'type=Warning', labels: 'a=b' } },
]
for (const { text, want } of cases) test(`search “${text}”`, () => assert.deepEqual(wantedFrom(text), want))
