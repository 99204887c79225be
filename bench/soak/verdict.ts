import { DRAIN } from '../../src/drain';
import type { Check } from '../peers/acceptance';
import type { Table } from '../suite';

import type { Audit } from './audit';
import type { FleetRecord } from './fleet';
import { growthPerMinute, settled } from './memory';
import type { Version } from './world';

const SHOWN = 5;
const MIB = 1024 * 1024;

/** What a soak found. */
export interface Soak {
  audit: Audit;
  fleet: FleetRecord;
  unanswered: number;
}

/** Holds a soak against what is promised. */
export function judgeSoak({ audit, fleet }: Soak): Check[] {
  return [
    none('every follow ended as its task did, none lost', audit.endedWrong, `of ${audit.follows}`),
    none('no task asked twice at the same time', audit.askedTwice, `of ${audit.follows}`),
    none('no call of the present version timed out but those of killed workers', audit.timedOut, `of ${audit.calls}`),
    none(
      'no step of a follow failed, in whichever version it was replayed',
      audit.failedSteps,
      `in ${audit.runs} runs`,
    ),
    none('every drain ended with exit code 0', fleet.badDrains, `of ${endedBy(fleet, 'SIGTERM')}`),
    {
      claim: `every drain within ${DRAIN.boundSeconds} s`,
      measured: `the longest took ${fleet.longestDrainSeconds.toFixed(1)} s`,
      isMet: fleet.longestDrainSeconds <= DRAIN.boundSeconds,
    },
  ];
}

/** Lays out the figures of a soak. */
export function tablesOf(soak: Soak, title: string): Table[] {
  const { audit, fleet, unanswered } = soak;
  const rss = settled(fleet.memory).map(({ rssBytes }) => rssBytes / MIB);
  const count = (value: number): string => String(value);
  return [
    {
      title,
      columns: ['figure', 'value'],
      rows: [
        ['follows', count(audit.follows)],
        ...Object.entries(audit.byPhase).map(([phase, follows]) => [`ended as ${phase}`, count(follows)]),
        ['runs', count(audit.runs)],
        ['calls', count(audit.calls)],
        ['follows carried on by another worker', count(audit.carriedOn)],
        ['workers started: last release', count(startedOf(fleet, 'last'))],
        ['workers started: present version', count(startedOf(fleet, 'present'))],
        ['workers drained', count(endedBy(fleet, 'SIGTERM'))],
        ['workers killed', count(endedBy(fleet, 'SIGKILL'))],
        ['calls lost with a killed worker', count(audit.lostWithWorker)],
        ['calls that the last release lost in a drain', count(audit.lostByLastRelease)],
        ['questions that a killed worker left open', count(unanswered)],
        ['longest drain, s', fleet.longestDrainSeconds.toFixed(1)],
        [
          'memory of the worker that stayed, least and most, MiB',
          `${Math.min(...rss).toFixed(0)} to ${Math.max(...rss).toFixed(0)}`,
        ],
        ['its growth, MiB a minute', growthPerMinute(settled(fleet.memory)).toFixed(2)],
      ],
      notes: [`The memory is that of the last two thirds: ${rss.length} samples.`],
    },
    {
      title: 'What is promised',
      columns: ['promise', 'found', 'kept'],
      rows: judgeSoak(soak).map(({ claim, measured, isMet }) => [claim, measured, isMet ? 'yes' : 'NO']),
    },
  ];
}

function startedOf({ workers }: FleetRecord, wanted: Version): number {
  return [...workers.values()].filter(({ version }) => version === wanted).length;
}

function endedBy({ workers }: FleetRecord, signal: NodeJS.Signals): number {
  return [...workers.values()].filter(({ end }) => end?.signal === signal).length;
}

function none(claim: string, faults: readonly string[], among: string): Check {
  const shown = faults.slice(0, SHOWN).join('; ');
  const more = faults.length > SHOWN ? `; and ${faults.length - SHOWN} more` : '';
  return {
    claim,
    measured: `${faults.length} ${among}${shown === '' ? '' : `: ${shown}${more}`}`,
    isMet: faults.length === 0,
  };
}
