import { type Controller, controller, watch } from '@sampan/control/controller'
import { create, type Plan, update } from '@sampan/control/plan'
import { type ConfigMap, configMap } from '@sampan/resources/core/config-map'
import { type Namespace, namespace } from '@sampan/resources/core/namespace'
import { type ServiceAccount, serviceAccount } from '@sampan/resources/core/service-account'

const rootCa = 'kube-root-ca.crt'

/** Every namespace has the account its pods run as and the certificate they trust the API by. */
export function furnishNamespace(
  one: Namespace,
  caCertificate: string,
  { account, certificate }: { account?: ServiceAccount; certificate?: ConfigMap },
): Plan {
  if (one.metadata.deletionTimestamp || one.status?.phase === 'Terminating') return []
  const namespaceName = one.metadata.name
  const data = { 'ca.crt': caCertificate }
  return [
    ...(account ? [] : [create(serviceAccount, { metadata: { name: 'default', namespace: namespaceName } })]),
    ...(certificate
      ? certificate.data?.['ca.crt'] === caCertificate
        ? []
        : [update(configMap, { ...certificate, data })]
      : [
          create(configMap, {
            metadata: {
              name: rootCa,
              namespace: namespaceName,
              annotations: {
                'kubernetes.io/description': 'The certificate by which pods of this cluster recognise its API server.',
              },
            },
            data,
          }),
        ]),
  ]
}

/** `caCertificate`: PEM. */
export const serviceAccounts = (caCertificate: string): Controller =>
  controller<Namespace>({
    name: 'service-account',
    component: 'serviceaccount-controller',
    kind: namespace,
    watches: [
      watch(serviceAccount, ({ metadata }) =>
        metadata.name === 'default' ? [{ name: metadata.namespace ?? '' }] : [],
      ),
      watch(configMap, ({ metadata }) => (metadata.name === rootCa ? [{ name: metadata.namespace ?? '' }] : [])),
    ],
    reconcile: (one, snapshot) =>
      furnishNamespace(one, caCertificate, {
        account: snapshot.get(serviceAccount, { namespace: one.metadata.name, name: 'default' }),
        certificate: snapshot.get(configMap, { namespace: one.metadata.name, name: rootCa }),
      }),
  })
