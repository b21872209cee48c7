import { PALETTE, type ChartOption } from '../charts/option.ts';
import { compact, yuan } from '../components/format.ts';
import type { I18n } from '../i18n/i18n.tsx';
import type { Quote } from './simulation-api.ts';

const FONT = { color: '#54616f', fontSize: 11 };

/** Instalments as stacked bars (principal, interest, fee) on the left, the balance as a line on the right. */
export function planChart({ rows }: Pick<Quote, 'rows'>, { t, language }: Pick<I18n, 't' | 'language'>): ChartOption {
  const parts = [
    { name: t('simulation.principalPart'), field: 'principalFen', color: PALETTE[0] },
    { name: t('simulation.interestPart'), field: 'interestFen', color: PALETTE[2] },
    { name: t('simulation.feePart'), field: 'feeFen', color: PALETTE[3] },
  ] as const;
  const shown = parts.filter(({ field }) => rows.some((row) => row[field] > 0));
  const axis = (split: boolean) => ({
    type: 'value',
    axisLabel: { ...FONT, formatter: (fen: number) => compact(fen / 100, language, 1), hideOverlap: true },
    splitLine: { show: split, lineStyle: { color: '#edf0f4' } },
    splitNumber: 4,
  });
  const tooltip = { valueFormatter: (fen: unknown) => yuan(Number(fen)) };
  return {
    animationDuration: 250,
    textStyle: { fontFamily: 'inherit' },
    grid: {
      left: 4,
      right: 4,
      top: 30,
      bottom: 2,
      containLabel: true,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, itemGap: 14, textStyle: FONT },
    tooltip: {
      trigger: 'axis',
      confine: true,
      borderWidth: 0,
      padding: [8, 10],
      textStyle: { fontSize: 12, color: '#1c2733' },
      axisPointer: { type: 'shadow', shadowStyle: { color: 'rgba(29,79,145,.05)' } },
    },
    xAxis: {
      type: 'category',
      data: rows.map(({ n }) => String(n)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: '#d5dbe3' } },
      axisLabel: { ...FONT, hideOverlap: true },
    },
    yAxis: [axis(true), axis(false)],
    series: [
      ...shown.map(({ name, field, color }) => ({
        name,
        type: 'bar',
        stack: 'instalment',
        data: rows.map((row) => row[field]),
        itemStyle: { color },
        barMaxWidth: 22,
        tooltip,
      })),
      {
        name: t('simulation.balance'),
        type: 'line',
        yAxisIndex: 1,
        data: rows.map(({ balanceFen }) => balanceFen),
        symbol: 'none',
        lineStyle: { width: 2, color: PALETTE[4] },
        itemStyle: { color: PALETTE[4] },
        tooltip,
      },
    ],
  };
}
