import { Text } from '@mantine/core'
import type { KubeObject, OwnerReference } from '@sampan/resources/meta'
import { type ReactNode, useCallback, useMemo } from 'react'
import { objectActions } from '../../actions/object.ts'
import { conditionsOf } from '../../data/condition.ts'
import { type ApiKind, apiPath, kindByWord } from '../../data/discovery.ts'
import { headingText } from '../../data/heading.ts'
import { isTime, shownText, timeBehind } from '../../data/kind-columns.ts'
import { useObjects } from '../../data/live.ts'
import { isNode, isPod, isSecret } from '../../data/object.ts'
import type { Row } from '../../data/objects.ts'
import { isOwned } from '../../data/owned.ts'
import { podSelectorOf } from '../../data/selected-pods.ts'
import { useKnownKinds } from '../../data/use-kinds.ts'
import { claimKey, useFills } from '../../data/volume-fill.ts'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { type Fact, Facts, Labels, Tree } from '../../parts/describe.tsx'
import { ObjectLink } from '../../parts/event-list.tsx'
import { FillBar } from '../../parts/fill-bar.tsx'
import { KindTable } from '../../parts/kind-table.tsx'
import { KubeState } from '../../parts/kube-state.tsx'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'
import { When } from '../../parts/when.tsx'
import { Entries } from '../config/entries.tsx'
import { Conditions } from './conditions.tsx'
import { Containers } from './containers.tsx'
import { NodeUse } from './node-use.tsx'
import { Events } from './object-events.tsx'
import { Owned } from './owned.tsx'
import { UsedBy } from './used-by.tsx'
import { PodWhy } from './why.tsx'

type Whole = KubeObject & { spec?: unknown; status?: unknown } & Record<string, unknown>

/** An object as `kubectl describe` tells it: the columns of its kind, conditions, what belongs to it, what happened. */
export function Overview({ kind, object }: { kind: ApiKind; object: KubeObject }) {
  const { t } = useWords()
  const { spec, status, ...rest } = object as Whole
  const conditions = conditionsOf(object)
  const selector = podSelectorOf(kind, object)
  const known = useKnownKinds()
  const pods = kindByWord(known, 'pods')
  const namespace = object.metadata.namespace
  return (
    <div className="stack">
      {isPod(kind) && <PodWhy kind={kind} pod={object} />}
      <Section title={t('common.details')}>
        <Essentials kind={kind} object={object} />
      </Section>
      {isPod(kind) && (
        <Section title={t('object.containers')}>
          <Containers kind={kind} pod={object} />
        </Section>
      )}
      {isConfig(kind) && (
        <Section title={t('config.entries')}>
          <Entries kind={kind} object={object} />
        </Section>
      )}
      {isNode(kind) && <NodeUse node={object} />}
      {kind.group === '' && kind.plural === 'persistentvolumeclaims' && <ClaimFill claim={object} />}
      {conditions.length > 0 && (
        <Section title={t('object.conditions')}>
          <Conditions conditions={conditions} />
        </Section>
      )}
      {kind.plural === 'deployments' && <OwnedRows word="replicasets.apps" owner={object} />}
      {kind.plural === 'cronjobs' && <OwnedRows word="jobs.batch" owner={object} />}
      {selector && pods && (
        <Section title={t('object.pods')}>
          <Rows kind={pods} namespace={namespace} labels={selector} />
        </Section>
      )}
      {isNode(kind) && pods && (
        <Section title={t('cluster.podsOn')}>
          <Rows kind={pods} fields={`spec.nodeName=${object.metadata.name}`} />
        </Section>
      )}
      <UsedBy kind={kind} object={object} />
      <Section title={t('object.events')}>
        <Events object={object} />
      </Section>
      <div className="two">
        {spec !== undefined && (
          <Section title={t('object.spec')}>
            <Scrolled label={t('object.spec')}>
              <Tree value={spec} />
            </Scrolled>
          </Section>
        )}
        {!isBlank(withoutConditions(status)) && (
          <Section title={t('object.status')}>
            <Scrolled label={t('object.status')}>
              <Tree value={withoutConditions(status)} />
            </Scrolled>
          </Section>
        )}
        {spec === undefined && !isConfig(kind) && <Rest object={rest} />}
      </div>
      <Owned object={object} />
    </div>
  )
}

/** How full the volume of a claim is, while a pod has it. */
function ClaimFill({ claim: { metadata } }: { claim: KubeObject }) {
  const { t } = useWords()
  const fill = useFills().get(claimKey(metadata.namespace, metadata.name))
  if (!fill) return null
  return (
    <Section title={t('cluster.used')}>
      <div className="box">
        <FillBar fill={fill} />
      </div>
    </Section>
  )
}

const isConfig = (kind: ApiKind) => isSecret(kind) || (kind.group === '' && kind.plural === 'configmaps')

const shownElsewhere = new Set(['apiVersion', 'kind', 'metadata'])

/** What may be long: it scrolls in itself, by keyboard too. */
const Scrolled = ({ label, children }: { label: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
  <section className="box scrolled" aria-label={label} tabIndex={0}>
    {children}
  </section>
)

/** Kinds without a spec say what they are at the top. */
function Rest({ object }: { object: Record<string, unknown> }) {
  const { t } = useWords()
  const entries = Object.entries(object).filter(([key]) => !shownElsewhere.has(key))
  if (entries.length === 0) return null
  return (
    <Section title={t('object.spec')}>
      <Scrolled label={t('object.spec')}>
        <Tree value={Object.fromEntries(entries)} />
      </Scrolled>
    </Section>
  )
}

const isBlank = (status: unknown) =>
  status === undefined || status === null || (typeof status === 'object' && Object.keys(status).length === 0)

function withoutConditions(status: unknown): unknown {
  if (typeof status !== 'object' || status === null || Array.isArray(status)) return status
  const { conditions: _, ...rest } = status as Record<string, unknown>
  return rest
}

function Essentials({ kind, object }: { kind: ApiKind; object: KubeObject }) {
  const { t, language } = useWords()
  const { metadata } = object
  const row = useObjects<Row>({
    path: apiPath(kind, { namespace: metadata.namespace }),
    fields: `metadata.name=${metadata.name}`,
    form: 'table',
  })
  const cells = (row.columns ?? []).flatMap<Fact>(({ name, type, description }, i) => {
    const value = row.items[0]?.cells[i]
    if (['Name', 'Age', 'Created At', 'Namespace'].includes(name)) return []
    if (value === null || value === undefined || value === '' || value === '<none>') return []
    return [
      {
        name: headingText(language, name),
        value: cellOf(
          kind,
          name,
          type,
          timeBehind(type === 'date' ? description : '', object) ?? shownText({ name, type }, value),
        ),
      },
    ]
  })
  const { labels = {}, annotations: all = {}, ownerReferences = [], finalizers = [] } = metadata
  // A copy of the whole object, secrets included.
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...annotations } = all
  const has = (map: object) => Object.keys(map).length > 0
  return (
    <div className="two">
      <div className="box">
        <Facts facts={cells.length > 0 ? cells : [{ name: t('common.name'), value: metadata.name }]} />
      </div>
      <div className="box">
        <Facts
          facts={[
            ...(metadata.creationTimestamp
              ? [{ name: t('object.created'), value: <When time={metadata.creationTimestamp} /> }]
              : []),
            ...(ownerReferences.length > 0
              ? [{ name: t('object.owner'), value: <Owners owners={ownerReferences} namespace={metadata.namespace} /> }]
              : []),
            ...(has(labels) ? [{ name: t('object.labels'), value: <Labels labels={labels} /> }] : []),
            ...(has(annotations) ? [{ name: t('object.annotations'), value: <Tree value={annotations} /> }] : []),
            ...(finalizers.length > 0 ? [{ name: t('object.finalizers'), value: finalizers.join(', ') }] : []),
            { name: t('object.uid'), value: <code className="uid">{metadata.uid}</code> },
          ]}
        />
      </div>
    </div>
  )
}

function cellOf(kind: ApiKind, name: string, type: string, value: string): ReactNode {
  if (type === 'date' && isTime(value)) return <When time={value} />
  if (isPod(kind) && name === 'Node')
    return <ObjectLink about={{ apiVersion: 'v1', kind: 'Node', name: value }} isBare />
  return ['Status', 'Phase'].includes(name) ? <KubeState value={value} /> : value
}

function Owners({ owners, namespace }: { owners: readonly OwnerReference[]; namespace?: string }) {
  return owners.map(({ apiVersion, kind, name }) => (
    <div key={`${kind}/${name}`}>
      <ObjectLink about={{ apiVersion, kind, name, ...(namespace && { namespace }) }} />
    </div>
  ))
}

interface RowsProps {
  kind: ApiKind
  namespace?: string
  labels?: string
  fields?: string
  isShown?: (row: Row) => boolean
}

/** A list within a page: without a search field, with the actions of its rows. */
function Rows({ kind, namespace, labels, fields, isShown }: RowsProps) {
  const { t } = useWords()
  const menu = useCallback(
    ({ metadata: { name, namespace: own } }: Row) => (
      <ActionMenu
        actions={objectActions}
        target={{ kind, name, ...(own && { namespace: own }) }}
        label={`${t('common.more')}: ${name}`}
      />
    ),
    [kind, t],
  )
  return (
    <KindTable
      kind={kind}
      menu={menu}
      isPlain
      empty={
        <Text size="sm" c="dimmed">
          {t('common.nothing')}
        </Text>
      }
      {...(namespace && { namespace })}
      {...(labels && { labels })}
      {...(fields && { fields })}
      {...(isShown && { isShown })}
    />
  )
}

/** Objects of one kind that the object made. */
function OwnedRows({ word, owner }: { word: string; owner: KubeObject }) {
  const kind = kindByWord(useKnownKinds(), word)
  const uid = owner.metadata.uid ?? ''
  const isShown = useMemo(() => (row: Row) => isOwned(row, uid), [uid])
  if (!kind) return null
  return (
    <Section title={kind.kind}>
      <Rows kind={kind} namespace={owner.metadata.namespace} isShown={isShown} />
    </Section>
  )
}
