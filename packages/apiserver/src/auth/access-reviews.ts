import { badRequest, invalid } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { required } from '@sampan/resources/problem'
import type { VirtualKind } from '../handlers.ts'
import type { Attributes, Authorizer, UserInfo } from './interfaces.ts'
import type { Rbac } from './rbac.ts'

interface ResourceAttributes {
  namespace?: string
  verb?: string
  group?: string
  version?: string
  resource?: string
  subresource?: string
  name?: string
}

interface Review extends KubeObject {
  spec?: {
    resourceAttributes?: ResourceAttributes
    nonResourceAttributes?: { path?: string; verb?: string }
    user?: string
    groups?: string[]
    uid?: string
    extra?: Record<string, string[]>
    namespace?: string
  }
  status?: unknown
}

const group = 'authorization.k8s.io'
const version = 'v1'

/** SubjectAccessReview, its local and self forms, and SelfSubjectRulesReview. */
export function accessReviews(authorizer: Authorizer, rbac: Rbac): VirtualKind[] {
  const decided = async (review: Review, user: UserInfo): Promise<Review> => {
    const { allowed, reason } = await authorizer.authorize(attributesOf(review, user))
    return { ...review, status: { allowed, ...(reason && { reason }) } }
  }
  const subject = (review: Review): UserInfo => {
    const { user, groups, uid, extra } = review.spec ?? {}
    if (!user && !groups?.length)
      throw invalid({ kind: review.kind!, group }, '', [
        required('spec.user', 'at least one of user or group must be specified'),
      ])
    return { name: user ?? '', groups: groups ?? [], ...(uid && { uid }), ...(extra && { extra }) }
  }
  const kind = (
    name: string,
    plural: string,
    create: VirtualKind['create'],
    scope: VirtualKind['scope'] = 'Cluster',
  ): VirtualKind => ({
    group,
    version,
    kind: name,
    plural,
    scope,
    create,
  })
  return [
    kind('SubjectAccessReview', 'subjectaccessreviews', (object: Review) => decided(object, subject(object))),
    kind('SelfSubjectAccessReview', 'selfsubjectaccessreviews', (object: Review, { user }) => decided(object, user)),
    kind(
      'LocalSubjectAccessReview',
      'localsubjectaccessreviews',
      async (object: Review, { namespace }) => {
        const asked = object.spec?.resourceAttributes?.namespace
        if (asked !== namespace)
          throw badRequest(`spec.resourceAttributes.namespace: must be "${namespace}", the namespace in the URL`)
        return decided(object, subject(object))
      },
      'Namespaced',
    ),
    kind('SelfSubjectRulesReview', 'selfsubjectrulesreviews', async (object: Review, { user }) => {
      const namespace = object.spec?.namespace
      if (!namespace) throw badRequest('no namespace on request')
      const { rules, missing } = rbac.rulesOf(user, namespace)
      return {
        ...object,
        status: {
          resourceRules: rules.filter((rule) => !rule.nonResourceURLs?.length),
          nonResourceRules: rules
            .filter((rule) => rule.nonResourceURLs?.length)
            .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
          incomplete: missing.length > 0,
          ...(missing.length > 0 && { evaluationError: missing.join(', ') }),
        },
      }
    }),
  ]
}

function attributesOf(review: Review, user: UserInfo): Attributes {
  const { resourceAttributes: on, nonResourceAttributes: path } = review.spec ?? {}
  if (!on === !path)
    throw invalid({ kind: review.kind!, group }, '', [
      required(
        'spec.resourceAttributes',
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ])
  if (path) return { user, verb: path.verb ?? '', path: path.path ?? '' }
  return {
    user,
    verb: on!.verb ?? '',
    path: '',
    resource: {
      group: on!.group ?? '',
      version: on!.version ?? '*',
      plural: on!.resource ?? '',
      subresource: on!.subresource || undefined,
      namespace: on!.namespace || undefined,
      name: on!.name || undefined,
    },
  }
}
