import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '@sampan/kit/clock'
import type { Container } from '../pod/containers.ts'
import { container, start } from '../pod/fixtures.ts'
import { prober } from './prober.ts'

type Script = Record<'startup' | 'liveness' | 'readiness', string>

interface Case {
  name: string
  probes: Partial<Container>
  /** Answers in turn, `+` or `-`; the last one stays. */
  answers: Partial<Script>
  seconds: number
  before?: { started: boolean; ready: boolean }
  want: { started: boolean; ready: boolean; failed?: boolean }
}

const probe = (name: keyof Script, rest: object = {}) => ({ exec: { command: [name] }, periodSeconds: 1, ...rest })

const cases: Case[] = [
  {
    name: 'not ready before the first answer',
    probes: { readinessProbe: probe('readiness', { initialDelaySeconds: 5 }) },
    answers: { readiness: '+' },
    seconds: 4,
    want: { started: true, ready: false },
  },
  {
    name: 'ready after it',
    probes: { readinessProbe: probe('readiness') },
    answers: { readiness: '+' },
    seconds: 0,
    want: { started: true, ready: true },
  },
  {
    name: 'ready after enough of them',
    probes: { readinessProbe: probe('readiness', { successThreshold: 3 }) },
    answers: { readiness: '+' },
    seconds: 1,
    want: { started: true, ready: false },
  },
  {
    name: 'still ready after two failures',
    probes: { readinessProbe: probe('readiness') },
    answers: { readiness: '+--' },
    seconds: 2,
    want: { started: true, ready: true },
  },
  {
    name: 'not ready after three',
    probes: { readinessProbe: probe('readiness') },
    answers: { readiness: '+---' },
    seconds: 3,
    want: { started: true, ready: false },
  },
  {
    name: 'failures must be in a row',
    probes: { readinessProbe: probe('readiness') },
    answers: { readiness: '+--+--+' },
    seconds: 5,
    want: { started: true, ready: true },
  },
  {
    name: 'alive while asked',
    probes: { livenessProbe: probe('liveness') },
    answers: { liveness: '+--' },
    seconds: 2,
    want: { started: true, ready: true },
  },
  {
    name: 'dead after three failures',
    probes: { livenessProbe: probe('liveness') },
    answers: { liveness: '+---' },
    seconds: 3,
    want: { started: true, ready: true, failed: true },
  },
  {
    name: 'not started before the startup probe',
    probes: { startupProbe: probe('startup'), livenessProbe: probe('liveness', { failureThreshold: 1 }) },
    answers: { startup: '--+', liveness: '-' },
    seconds: 1,
    want: { started: false, ready: true },
  },
  {
    name: 'asked about its life after it',
    probes: { startupProbe: probe('startup'), livenessProbe: probe('liveness', { failureThreshold: 1 }) },
    answers: { startup: '-+', liveness: '-' },
    seconds: 1,
    want: { started: true, ready: true, failed: true },
  },
  {
    name: 'dead when it never starts',
    probes: { startupProbe: probe('startup', { failureThreshold: 2 }) },
    answers: { startup: '-' },
    seconds: 1,
    want: { started: false, ready: true, failed: true },
  },
  {
    name: 'goes on from what was known',
    probes: { readinessProbe: probe('readiness', { initialDelaySeconds: 9 }), startupProbe: probe('startup') },
    answers: { startup: '-', readiness: '-' },
    before: { started: true, ready: true },
    seconds: 1,
    want: { started: true, ready: true },
  },
]

for (const { name, probes, answers, seconds, before, want } of cases) {
  test(`probes: ${name}`, async () => {
    const clock = fakeClock(new Date(start))
    const asked: Record<string, number> = {}
    const one = prober({
      container: container('main', probes),
      startedAt: start,
      before,
      clock,
      check: async (handler) => {
        const who = handler.exec?.command?.[0] as keyof Script
        const script = answers[who] ?? '+'
        const index = asked[who] ?? 0
        asked[who] = index + 1
        return { isOk: script[Math.min(index, script.length - 1)] === '+', output: '' }
      },
      changed: () => undefined,
      unhealthy: () => undefined,
    })
    await clock.advance(seconds * 1000)
    const { started, ready, failed } = one.state
    assert.deepEqual({ started, ready, ...(failed && { failed: true }) }, want)
    one.close()
  })
}

test('probes: a program that answers a moment after its start is ready within its first period, without a failure told', async () => {
  const clock = fakeClock(new Date(start))
  const opensAt = start + 300
  const complaints: string[] = []
  const one = prober({
    container: container('main', { startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 } }),
    startedAt: start,
    clock,
    check: async () => ({ isOk: clock.now().getTime() >= opensAt, output: 'connection refused' }),
    changed: () => undefined,
    unhealthy: (name) => complaints.push(name),
  })
  await clock.advance(400)
  assert.deepEqual({ started: one.state.started, complaints }, { started: true, complaints: [] })
  one.close()
})
