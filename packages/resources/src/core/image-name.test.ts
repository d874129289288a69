import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImage, tagOf } from './image-name.ts'

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

const digest = `sha256:${'a'.repeat(64)}`
const names = [
  { image: 'nginx', want: { registry: 'docker.io', path: 'library/nginx' } },
  { image: 'nginx:1.25', want: { registry: 'docker.io', path: 'library/nginx', tag: '1.25' } },
  { image: 'team/app', want: { registry: 'docker.io', path: 'team/app' } },
  { image: 'localhost/app', want: { registry: 'localhost', path: 'app' } },
  { image: 'r.example.com:5000/a/b/c:v1', want: { registry: 'r.example.com:5000', path: 'a/b/c', tag: 'v1' } },
  { image: `ghcr.io/a/b@${digest}`, want: { registry: 'ghcr.io', path: 'a/b', digest } },
  { image: `ghcr.io/a/b:v1@${digest}`, want: { registry: 'ghcr.io', path: 'a/b', tag: 'v1', digest } },
  { image: 'Upper/Case', want: undefined },
  { image: 'with space', want: undefined },
  { image: 'a//b', want: undefined },
  { image: 'a:', want: undefined },
  { image: '', want: undefined },
]
for (const { image, want } of names) test(`image name ${image}`, () => assert.deepEqual(parseImage(image), want))
