import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tagOf } from './image-name.ts'

const cases: [string, string | undefined][] = [
  ['nginx', 'latest'],
  ['nginx:1.27', '1.27'],
  ['nginx:latest', 'latest'],
  ['host:5000/team/app', 'latest'],
  ['host:5000/team/app:v1', 'v1'],
  ['app@sha256:abc', undefined],
  ['app:v1@sha256:abc', 'v1'],
  ['', undefined],
]
for (const [image, want] of cases) test(`the tag of "${image}" is ${want}`, () => assert.equal(tagOf(image), want))
