import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type PlannedPipeline, type PlannedStep, planOf, type Value } from './plan.ts'
import { type SampleBuild, sampleBuild } from './sample-build.ts'

/** Each `.yml` has a `.plan` beside it: what is selected for ten builds, checked by hand against Drone's rules. */
const folder = join(import.meta.dirname, 'fixtures')

const builds: Record<string, SampleBuild> = {
  'push main': { event: 'push' },
  'push feature/a/b': { event: 'push', branch: 'feature/a/b' },
  'push release/1': { event: 'push', branch: 'release/1' },
  'pull request opened': { event: 'pull_request' },
  'pull request synchronized': { event: 'pull_request', action: 'synchronized' },
  'tag v1.2.3': { event: 'tag', ref: 'refs/tags/v1.2.3' },
  'promote to staging': { event: 'promote', target: 'staging', params: { VERSION: '7' } },
  'rollback of production': { event: 'rollback' },
  'cron nightly': { event: 'cron' },
  custom: { event: 'custom' },
}

const shown = (values: Record<string, Value>) =>
  Object.entries(values).map(
    ([key, value]) => `    ${key}=${typeof value === 'string' ? JSON.stringify(value) : `<${value.from_secret}>`}\n`,
  )

function stepText(step: PlannedStep): string {
  const marks = [
    step.runsOn !== 'on-success' && step.runsOn,
    step.detach && 'detached',
    step.failure !== 'fail' && step.failure,
  ]
  const after = step.after.length > 0 ? ` < ${step.after.join(', ')}` : ''
  return `  ${step.name}${after}${marks
    .filter(Boolean)
    .map((mark) => ` [${mark}]`)
    .join('')}\n`
}

function pipelineText(pipeline: PlannedPipeline): string {
  const services = pipeline.services.filter(({ selected }) => selected).map(({ name }) => name)
  const head = `${pipeline.name}${pipeline.dependsOn.length > 0 ? ` < ${pipeline.dependsOn.join(', ')}` : ''}`
  const more = `${services.length > 0 ? ` with ${services.join(', ')}` : ''}${pipeline.runsOn === 'on-success' ? '' : ` [${pipeline.runsOn}]`}`
  return `${head}${more}\n${pipeline.steps
    .filter(({ selected }) => selected)
    .map(stepText)
    .join('')}`
}

/** What every build selects, and once, for `push main`, what the steps get. */
function described(file: string): string {
  const texts = Object.entries(builds).map(([name, asked]) => {
    const { errors, pipelines } = planOf(file, sampleBuild(asked), { trusted: 'unknown' })
    const problems = errors.map(({ line, message }) => `! ${line}: ${message}\n`).join('')
    return {
      name,
      text:
        problems +
        pipelines
          .filter(({ selected }) => selected)
          .map(pipelineText)
          .join(''),
    }
  })
  const groups = Map.groupBy(texts, ({ text }) => text)
  const plans = [...groups].map(([text, of]) => `== ${of.map(({ name }) => name).join(', ')}\n${text || '(nothing)\n'}`)
  const details = planOf(file, sampleBuild(builds['tag v1.2.3']!)).pipelines.flatMap(({ name, steps }) =>
    steps.map((step) =>
      [
        `  ${name} / ${step.name}: ${step.image}\n`,
        ...step.commands.map((line) => `    $ ${JSON.stringify(line)}\n`),
        ...shown(step.environment),
        ...shown(step.plugin),
      ].join(''),
    ),
  )
  return `${plans.join('')}== what the steps get, for tag v1.2.3\n${details.join('')}`
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.yml')))
  test(`plan of ${name}`, () => {
    const want = readFileSync(join(folder, name.replace('.yml', '.plan')), 'utf8')
    assert.equal(described(readFileSync(join(folder, name), 'utf8')), want)
  })
