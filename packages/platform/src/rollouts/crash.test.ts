import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crashCause } from './crash.ts'

const rows: [line: string, code: string, says: RegExp][] = [
  ['Error: environment variable DATABASE_URL is not set', 'missing-env', /DATABASE_URL/],
  ['Missing required environment variable: API_KEY', 'missing-env', /API_KEY/],
  ['SECRET_KEY_BASE must be set', 'missing-env', /SECRET_KEY_BASE/],
  ["Error: Cannot find module 'koa'", 'dependency', /"koa"/],
  [
    "Error: Cannot find module './config.json'",
    'dependency',
    /own file "\.\/config\.json" is not in the image: commit it/,
  ],
  ["ModuleNotFoundError: No module named 'flask'", 'dependency', /"flask".*requirements.txt/],
  [
    '/app/bin: error while loading shared libraries: libpq.so.5: cannot open shared object file',
    'dependency',
    /libpq\.so\.5/,
  ],
  ['Exception in thread "main" java.lang.ClassNotFoundException: com.acme.Main', 'dependency', /com\.acme\.Main/],
  ['Error: listen EACCES: permission denied 0.0.0.0:80', 'not-allowed', /port 80\b/],
  ['Error: listen EADDRINUSE: address already in use :::8080', 'not-allowed', /port 8080 twice/],
  ['Error: getaddrinfo ENOTFOUND database', 'name-not-found', /"database"/],
  ['could not translate host name "db" to address: Name or service not known', 'name-not-found', /"db"/],
  ['dial tcp: lookup redis on 10.190.0.10:53: no such host', 'name-not-found', /"redis"/],
  ['FATAL: password authentication failed for user "app"', 'login-failed', /user "app"/],
  ['Error: connect ECONNREFUSED 10.1.2.3:5432', 'connection-refused', /10\.1\.2\.3:5432/],
  ['dial tcp 10.0.0.1:6379: connect: connection refused', 'connection-refused', /10\.0\.0\.1:6379/],
  ['x509: certificate signed by unknown authority', 'connection-refused', /certificate/],
  ["OSError: [Errno 30] Read-only file system: '/data/x'", 'not-allowed', /read-only/],
  ["PermissionError: [Errno 13] Permission denied: '/data/log'", 'not-allowed', /\/data\/log/],
  ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'oom', /raise the memory/],
  ['write: No space left on device', 'disk-full', /disk/],
]
for (const [line, code, says] of rows) {
  test(`a program that writes "${line}"`, () => {
    const cause = crashCause({ exitCode: 1, lastLines: ['starting…', line, '    at x (y.js:1)'] })
    assert.equal(cause.code, code, cause.sentence)
    assert.match(cause.sentence, says)
  })
}

const codes: [exitCode: number, code: string, says: RegExp][] = [
  [0, 'app-ended', /foreground/],
  [1, 'app-crashed', /exit code 1/],
  [126, 'command-missing', /chmod/],
  [127, 'command-missing', /CMD/],
  [137, 'oom', /memory/],
  [139, 'app-crashed', /segmentation fault/],
]
for (const [exitCode, code, says] of codes) {
  test(`a program that ends with ${exitCode} and says nothing`, () => {
    const cause = crashCause({ exitCode, lastLines: [] })
    assert.equal(cause.code, code)
    assert.match(cause.sentence, says)
  })
}

test('a program that forked without end is not said to lack memory', () => {
  const cause = crashCause({ exitCode: 137, reason: 'ForkStorm', lastLines: ['Cannot fork'] })
  assert.equal(cause.code, 'forks')
  assert.match(cause.sentence, /kept starting processes/)
})

test('a long line is cut', () => {
  const { sentence } = crashCause({ exitCode: 1, lastLines: [`Error: ${'x'.repeat(5000)}`] })
  assert.ok(sentence.length < 500)
})
