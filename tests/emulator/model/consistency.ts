// What a Juju model can never look like. Checked after every hook: a test whose tables are impossible proves nothing.

import { applicationOf, type Relation, type Secret, type Tables, type Unit } from './state.ts'
import { implicit } from './subordinates.ts'

/** @throws naming everything that is impossible */
export function assertConsistent(tables: Tables): void {
  const wrong = [
    ...[...tables.applications.values()].flatMap((app) => [
      ...(app.leader === undefined || app.units.some((unit) => unit.name === app.leader)
        ? []
        : [`${app.name} is led by ${app.leader}, which is none of its units`]),
      ...Object.keys(app.config)
        .filter((option) => !app.charm.options.has(option))
        .map((option) => `${app.name} has no option ${option}`),
      ...[...app.resources.keys()]
        .filter((name) => !app.charm.resources.has(name))
        .map((name) => `${app.name} declares no resource ${name}`),
      ...app.units.flatMap((unit) => aboutUnit(tables, unit)),
    ]),
    ...[...tables.relations.values()].flatMap((relation) => aboutRelation(tables, relation)),
    ...[...tables.secrets.values()].flatMap((secret) => aboutSecret(tables, secret)),
  ]
  if (wrong.length > 0) throw new Error(`no Juju model looks like this: ${wrong.join('; ')}`)
}

function aboutUnit(tables: Tables, unit: Unit): readonly string[] {
  const declared = new Set(unit.app.charm.storage.map((row) => row.name))
  return [
    ...(applicationOf(unit.name) === unit.app.name ? [] : [`${unit.name} is a unit of ${unit.app.name}`]),
    ...[...unit.storage.keys()]
      .filter((id) => !declared.has(id.replace(/\/\d+$/, '')))
      .map((id) => `${unit.name} has storage ${id}, which its charm does not declare`),
    ...[...unit.relations]
      .filter(([id, seen]) => seen.members.has(unit.name) && tables.relations.has(id))
      .map(([id]) => `${unit.name} is its own peer in relation ${id}`),
  ]
}

function aboutRelation(tables: Tables, relation: Relation): readonly string[] {
  const apps = relation.ends.map((end) => end.app)
  const declared = relation.ends.flatMap((end) => {
    const app = tables.applications.get(end.app)
    return app && ![...app.charm.endpoints, implicit].some((row) => row.name === end.endpoint)
      ? [`${end.app} has no endpoint ${end.endpoint}`]
      : []
  })
  const strangers = [...relation.bags.keys()]
    .filter((entity) => !apps.includes(applicationOf(entity)))
    .map((entity) => `relation ${relation.id} has a databag of ${entity}`)
  const values = [...relation.bags]
    .filter(([, bag]) => Object.values(bag).some((value) => typeof value !== 'string' || value === ''))
    .map(([entity]) => `relation ${relation.id}: a value of ${entity} is empty or no text`)
  return [...declared, ...strangers, ...values]
}

function aboutSecret(tables: Tables, secret: Secret): readonly string[] {
  const owner = tables.applications.get(applicationOf(secret.owner))
  const tracked = [...secret.consumers].filter(([, { tracked }]) => tracked > secret.latest)
  return [
    ...(owner ? [] : [`secret ${secret.id} is owned by ${secret.owner}, which is gone`]),
    // Until 3.6.9 the removal of revision 1 could take the latest along.
    ...(secret.revisions.has(secret.latest) || /^3\.6\.\d$/.test(tables.version)
      ? []
      : [`secret ${secret.id} has no revision ${secret.latest}`]),
    ...tracked.map(([unit]) => `${unit} tracks a revision of ${secret.id} that does not exist`),
  ]
}
