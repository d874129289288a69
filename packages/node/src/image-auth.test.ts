import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Secret } from '@sampan/resources/core/secret'
import { credentialsFor } from './image-auth.ts'

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64')
const docker = (auths: object): Secret => ({
  metadata: { name: 's' },
  data: { '.dockerconfigjson': base64({ auths }) },
})
const user = (username: string) => ({ username, password: 'p' })

const cases: { name: string; image: string; secrets: Secret[]; want: string[] }[] = [
  { name: 'no secrets', image: 'nginx', secrets: [], want: [] },
  { name: 'the host', image: 'r.example.com/a', secrets: [docker({ 'r.example.com': user('u') })], want: ['u'] },
  { name: 'another host', image: 'q.example.com/a', secrets: [docker({ 'r.example.com': user('u') })], want: [] },
  {
    name: 'the port counts',
    image: 'r.example.com:5000/a',
    secrets: [docker({ 'r.example.com': user('u') })],
    want: [],
  },
  {
    name: 'a URL',
    image: 'r.example.com/a',
    secrets: [docker({ 'https://r.example.com/v2/': user('u') })],
    want: ['u'],
  },
  {
    name: 'Docker Hub by its old name',
    image: 'nginx',
    secrets: [docker({ 'https://index.docker.io/v1/': user('u') })],
    want: ['u'],
  },
  {
    name: 'the longer path first',
    image: 'r.example.com/team/app',
    secrets: [
      docker({
        'r.example.com': user('all'),
        'r.example.com/team': user('team'),
        'r.example.com/other': user('other'),
      }),
    ],
    want: ['team', 'all'],
  },
  { name: 'a wildcard', image: 'eu.r.example.com/a', secrets: [docker({ '*.r.example.com': user('u') })], want: ['u'] },
  {
    name: 'a wildcard is one label',
    image: 'a.b.example.com/a',
    secrets: [docker({ '*.example.com': user('u') })],
    want: [],
  },
  {
    name: 'user and password in one',
    image: 'r.example.com/a',
    secrets: [docker({ 'r.example.com': { auth: base64('u:p:q') } })],
    want: ['u'],
  },
  {
    name: 'the old format',
    image: 'r.example.com/a',
    secrets: [{ metadata: { name: 's' }, data: { '.dockercfg': base64({ 'r.example.com': user('u') }) } }],
    want: ['u'],
  },
  {
    name: 'a broken secret',
    image: 'r.example.com/a',
    secrets: [{ metadata: { name: 's' }, data: { '.dockerconfigjson': base64('{') } }],
    want: [],
  },
]
for (const { name, image, secrets, want } of cases)
  test(`pull secrets: ${name}`, () =>
    assert.deepEqual(
      credentialsFor(image, secrets).map(({ username }) => username),
      want,
    ))
