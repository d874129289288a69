import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildFailure, cloneFailure, type Failed } from './failure.ts'

const failed = (more: Partial<Failed>): Failed => ({
  exitCode: 1,
  reason: 'Error',
  lines: [],
  limits: { memory: '1Gi', timeoutSeconds: 1800 },
  offlineBases: ['debian:bookworm-slim'],
  ...more,
})

const cases: { name: string; log: string; more?: Partial<Failed>; want: string }[] = [
  {
    name: 'a command that fails',
    log: `STEP 1/3: FROM debian:12
STEP 2/3: RUN ls /nope
ls: cannot access '/nope': No such file or directory
subprocess exited with status 2
Error: building at STEP "RUN ls /nope": exit status 2`,
    want: "step 2/3 (RUN ls /nope) failed: ls: cannot access '/nope': No such file or directory",
  },
  {
    name: 'a command in the second stage',
    log: `[1/2] STEP 1/1: FROM debian:12 AS a
--> 123
[2/2] STEP 1/2: FROM debian:12
[2/2] STEP 2/2: RUN make
make: gcc: No such file or directory
make: *** [Makefile:2: all] Error 127
Error: building at STEP "RUN make": exit status 2`,
    want: 'step 2/2 of stage 2 (RUN make) failed: make: gcc: No such file or directory',
  },
  {
    name: 'a command that says nothing, after one that did',
    log: `STEP 2/3: RUN echo error
error
STEP 3/3: RUN false
subprocess exited with status 1
Error: building at STEP "RUN false": exit status 1`,
    want: 'step 3/3 (RUN false) failed: exit status 1',
  },
  {
    name: 'npm',
    log: `STEP 3/6: RUN npm ci --omit=dev
npm error code ENOTFOUND
npm error errno ENOTFOUND
npm error network request to https://registry.npmjs.org/left-pad failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org
npm error
npm error A complete log of this run can be found in: /root/.npm/_logs/x.log
subprocess exited with status 1
Error: building at STEP "RUN npm ci --omit=dev": exit status 1`,
    want: 'step 3/6 (RUN npm ci --omit=dev) failed: network request to https://registry.npmjs.org/left-pad failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org',
  },
  {
    name: 'pip',
    log: `STEP 3/5: RUN pip install --no-cache-dir -r requirements.txt
ERROR: Could not find a version that satisfies the requirement nope==9 (from versions: none)
ERROR: No matching distribution found for nope==9
subprocess exited with status 1
Error: building at STEP "RUN pip install": exit status 1`,
    want: 'step 3/5 (RUN pip install --no-cache-dir -r requirements.txt) failed: No matching distribution found for nope==9',
  },
  {
    name: 'a file that is not there',
    log: `STEP 2/2: COPY nix /x
Error: building at STEP "COPY nix /x": checking on sources under "/workspace": copier: stat: "/nix": no such file or directory`,
    want: 'step 2/2 (COPY nix /x) failed: there is no nix in the folder that is built: commit it, correct the path, or take it out of .dockerignore',
  },
  {
    name: 'a file that is not in the stage before',
    log: `[2/2] STEP 2/3: COPY --from=build /app /app
Error: building at STEP "COPY --from=build /app /app": checking on sources under "/var/lib/containers/x/merged": copier: stat: "/app": no such file or directory
Error: line 130 of the builder failed: "\${shown[@]}"`,
    want: 'step 2/3 of stage 2 (COPY --from=build /app /app) failed: there is no /app in the image it copies from',
  },
  {
    name: 'an instruction that does not exist',
    log: `STEP 2/3: RUNN apt-get update
Error: building at STEP "RUNN ": Build error: Unknown instruction: "RUNN" &imagebuilder.Step{Env:[]string{"PATH=/bin"}, Command:"runn"}
Error: line 130 of the builder failed: "\${shown[@]}"`,
    want: 'RUNN is no instruction of a Dockerfile: correct it',
  },
  {
    name: 'an empty Dockerfile',
    log: `Error: building: no stages to build
Error: line 130 of the builder failed: "\${shown[@]}"`,
    want: 'the Dockerfile is empty: it begins with FROM and a base image',
  },
  {
    name: 'something of its own that the builder trips over',
    log: `Error: pushing: something odd
Error: line 130 of the builder failed: "\${shown[@]}"`,
    want: 'the build failed: pushing: something odd',
  },
  {
    name: 'a base out of reach',
    log: `STEP 1/2: FROM python:3.12
Trying to pull docker.io/library/python:3.12...
Error: creating build container: initializing source docker://python:3.12: (Mirrors also failed: [r/library/python:3.12: reading manifest 3.12 in r/library/python: manifest unknown: manifest unknown]): docker.io/library/python:3.12: pinging container registry registry-1.docker.io: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host`,
    want: 'the base image python:3.12 was not found: its registry cannot be reached from here. Available without a registry outside: debian:bookworm-slim',
  },
  {
    name: 'a base that does not exist',
    log: `STEP 1/2: FROM --platform=linux/amd64 debian:13x AS build
Error: creating build container: initializing source docker://debian:13x: reading manifest 13x in docker.io/library/debian: manifest unknown`,
    want: 'the base image debian:13x was not found: its registry does not have it. Available without a registry outside: debian:bookworm-slim',
  },
  { name: 'no instructions', log: 'Error: no FROM statement found', want: 'the build failed: no FROM statement found' },
  {
    name: 'memory, seen by Kubernetes',
    log: 'STEP 4/5: RUN npm run build',
    more: { exitCode: 137, reason: 'OOMKilled' },
    want: 'step 4/5 (RUN npm run build) needed more than 1 GiB of memory: set build.memory of the app higher',
  },
  {
    name: 'memory, seen by buildah',
    log: `STEP 4/5: RUN tail /dev/zero
subprocess exited on killed
Error: building at STEP "RUN tail /dev/zero": exit status 1`,
    want: 'step 4/5 (RUN tail /dev/zero) needed more than 1 GiB of memory: set build.memory of the app higher',
  },
  {
    name: 'time',
    log: 'STEP 2/2: RUN sleep 9999',
    more: { podReason: 'DeadlineExceeded' },
    want: 'step 2/2 (RUN sleep 9999) took longer than 30 minutes, the time a build may take',
  },
  {
    name: 'the push',
    log: `STEP 2/2: CMD ["x"]
COMMIT r/demo/hello:1
Pushing demo/hello:1
Error: pushing image: writing blob: authentication required`,
    want: 'the image could not be pushed: pushing image: writing blob: authentication required',
  },
  { name: 'silence', log: '', want: 'the build failed: it said nothing' },
]

for (const { name, log, more, want } of cases) {
  test(`a build's failure names ${name}`, () => {
    assert.equal(buildFailure(failed({ lines: log ? log.split('\n') : [], ...more })), want)
  })
}

test("a clone's failure says what git said", () => {
  const lines = ['Fetching 1234', 'fatal: unable to access http://x: Could not resolve host: x']
  assert.equal(
    cloneFailure(failed({ lines })),
    'the source could not be fetched: unable to access http://x: Could not resolve host: x',
  )
})
