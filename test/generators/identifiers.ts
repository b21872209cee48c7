import bins from '../../models/reference/data/bank-card-bins.json' with { type: 'json' };
import { luhn, residentIdCheck, vinCheck } from '../../models/reference/identifiers/index.ts';
import type { Random } from './random.ts';

/** Identifiers of people and cars that do not exist, right in form and check digit. */

const SURNAMES = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛',
];
const COMPOUND = ['欧阳', '上官', '司马', '诸葛'];
const GIVEN = [
  ...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英文华建国志海玉梅红波宁飞宇浩然子涵欣怡梓轩思雨晨阳俊峰雪莹佳慧嘉诚博文天佑',
];
const VIN_CHARACTERS = [...'0123456789ABCDEFGHJKLMNPRSTUVWXYZ'];
const MOBILE_SECOND = ['3', '3', '5', '5', '7', '8', '8', '9'];
/** Makers: SAIC-VW, FAW-VW, GAC-Toyota, BYD, Geely, Chery, Dongfeng, BAIC; and abroad BMW, Lexus, Audi. */
const WMI_CHINA = ['LSV', 'LFV', 'LVG', 'LGX', 'L6T', 'LVV', 'LDC', 'LNB'];
const WMI_ABROAD = ['WBA', 'JTH', 'WAU'];

/** Prefixes of the debit cards most people have. */
const CARD_PREFIXES = bins.groups
  .filter(
    ({ code, type, length }) =>
      type === 'DC' && length === 19 && ['ICBC', 'ABC', 'BOC', 'CCB', 'PSBC', 'COMM'].includes(code),
  )
  .flatMap(({ prefixes }) => prefixes.slice(0, 6));

export function personName(random: Random): string {
  const surname = random.chance(0.01) ? random.pick(COMPOUND) : random.pick(SURNAMES);
  return surname + random.pick(GIVEN) + (random.chance(0.75) ? random.pick(GIVEN) : '');
}

/** A resident ID of that region (six digits), birth date (`YYYY-MM-DD`) and sex. */
export function residentId(random: Random, region: string, birthDate: string, sex: 'F' | 'M'): string {
  const sequence = random.integer(0, 49) * 20 + random.integer(0, 9) * 2 + (sex === 'M' ? 1 : 0);
  const body = region + birthDate.replaceAll('-', '') + String(sequence).padStart(3, '0');
  return body + residentIdCheck(body);
}

export function mobile(random: Random): string {
  return `1${random.pick(MOBILE_SECOND)}${random.digits(9)}`;
}

export function bankCard(random: Random): string {
  const prefix = random.pick(CARD_PREFIXES);
  const body = prefix + random.digits(18 - prefix.length);
  return body + String((10 - luhn(`${body}0`)) % 10);
}

/** A VIN; an imported car's carries a wrong check digit in half of the cases, as European ones do. */
export function vin(random: Random, imported: boolean): string {
  let text = random.pick(imported ? WMI_ABROAD : WMI_CHINA);
  for (let i = 3; i < 12; i++) text += random.pick(VIN_CHARACTERS);
  text += random.digits(5);
  const check = imported && random.chance(0.5) ? 'Z' : vinCheck(text);
  return text.slice(0, 8) + check + text.slice(9);
}
