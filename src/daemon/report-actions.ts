import { statSync } from 'node:fs'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { ReportActions } from '../protocols/reports/actions.ts'
import { encodeCursor } from '../protocols/reports/query.ts'
import type { OwnStats, StatsPeriod } from '../protocols/reports/types.ts'
import { emptyReports } from '../stats/empty-reports.ts'
import { createReportReader, type ReportReader } from '../stats/report-thread.ts'
import type { UsageReport } from '../stats/usage.ts'
import { isPostgres } from '../store/store-address.ts'
import { describeEvent, describeExchange, describeRequest } from './describe-ledger.ts'
import { describeFigures, describeGroups } from './describe-usage.ts'

type Ask = ReportReader['ask']

/** Reports about what the store holds. The first one opens it, in a thread of its own. */
export function createReportHouse(address: string, log: Logger) {
  const reader = createReportReader({ address, log })
  // Asking must not make a database: where there is none, nothing has happened yet.
  const exists = () => isPostgres(address) || statSync(address, { throwIfNoEntry: false }) !== undefined
  const ask: Ask = async (name, query, signal) =>
    exists() ? reader.ask(name, query, signal) : emptyReports[name](query)
  const actions: ReportActions = { ...createStatsActions(ask), ...createLogActions(ask) }
  return { actions, close: reader.close }
}

/** Hours of six weeks: more than any chart has room for. */
const mostGroups = 1000

function createStatsActions(ask: Ask): Pick<ReportActions, 'ownStats' | 'detailedStats' | 'allStats'> {
  const describeOwn = (key: string, report: UsageReport): OwnStats => ({
    ...describePeriod(report),
    key,
    total: describeFigures(report.sum),
  })
  return {
    async ownStats(key, period, signal) {
      const query = { ...period, only: { key }, by: [], limit: 0 }
      return describeOwn(key, await ask('usage', query, signal))
    },
    async detailedStats(key, period, signal) {
      const by = ['model' as const, 'endpoint' as const, 'hour' as const]
      const query = { ...period, only: { key }, by, limit: mostGroups }
      const report = await ask('usage', query, signal)
      return {
        ...describeOwn(key, report),
        models: describeGroups(report, 'model'),
        endpoints: describeGroups(report, 'endpoint'),
        hours: describeGroups(report, 'hour'),
      }
    },
    async allStats({ since, until, by, limit, ...only }, signal) {
      const report = await ask('usage', { since, until, only, by: by ? [by] : [], limit }, signal)
      return {
        ...describePeriod(report),
        by: by ?? null,
        total: describeFigures(report.sum),
        groups: by ? describeGroups(report, by) : [],
        groups_omitted: by ? (report.groups[by]?.omitted ?? 0) : 0,
      }
    },
  }
}

function createLogActions(ask: Ask): Pick<ReportActions, 'requests' | 'request' | 'events'> {
  return {
    async requests({ cursor, ended_since, ...query }, signal) {
      const rows = await ask('requests', { ...query, endedSince: ended_since, after: cursor }, signal)
      return { requests: rows.map(describeRequest), next: findNext(rows, query.limit) }
    },
    async request(id, key, signal) {
      const row = await ask('request', { id, key }, signal)
      if (row) return describeExchange(row)
      throw new AppError('not_found', `no request ${JSON.stringify(id.slice(0, 200))} is in the ledger`)
    },
    async events({ cursor, ...query }, signal) {
      const rows = await ask('events', { ...query, after: cursor }, signal)
      return { events: rows.map(describeEvent), next: findNext(rows, query.limit) }
    },
  }
}

const describePeriod = ({ since, until }: UsageReport): StatsPeriod => ({
  since: new Date(since).toISOString(),
  until: new Date(until).toISOString(),
})

/** A page that is not full is the last. */
const findNext = (rows: { at: number; id: string }[], limit: number): string | null =>
  rows.length < limit ? null : encodeCursor(rows.at(-1)!)
