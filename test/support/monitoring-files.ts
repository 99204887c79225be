import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { root } from './project';

/** An alert of the rules file. */
export interface Alert {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook_url: string };
}

/** A panel of the dashboard, as far as tests look at it. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string; instant: boolean; datasource: { uid: string } }[];
  fieldConfig?: { defaults: { unit?: string } };
}

/** The dashboard, as far as tests look at it. */
export interface Dashboard {
  uid: string;
  title: string;
  schemaVersion: number;
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: Panel[];
}

export const RULES_FILE = path.join(root, 'deploy', 'monitoring', 'prometheus-rules.yaml');
export const RULE_TESTS = path.join(root, 'deploy', 'monitoring', 'tests');

/** Reads every alert of the rules file. */
export function readAlerts(): Alert[] {
  const { groups } = parse(readFileSync(RULES_FILE, 'utf8')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export function readDashboard(): Dashboard {
  return JSON.parse(
    readFileSync(path.join(root, 'deploy', 'monitoring', 'grafana-dashboard.json'), 'utf8'),
  ) as Dashboard;
}
