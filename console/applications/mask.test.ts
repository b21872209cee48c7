import { describe, expect, it } from '@jest/globals';
import { masksOnly, shownAs } from './mask.ts';

const idNo = { mask: '110105********002X', hash: 'h', cipher: 'c' };

describe('data of an event as people see it', () => {
  it('shows masks, wherever they stand, and the birth date not beside the mask of an ID number', () => {
    expect(
      masksOnly({
        applicant: { idNo, birthDate: '1949-12-31', sex: 'F' },
        guarantors: [{ idNo, birthDate: '1990-01-01' }],
        bankCard: { no: { mask: '6222', hash: 'h', cipher: 'c' } },
        amountFen: 1,
      }),
    ).toEqual({
      applicant: { idNo: '110105********002X', birthDate: '1949-**-**', sex: 'F' },
      guarantors: [{ idNo: '110105********002X', birthDate: '1990-**-**' }],
      bankCard: { no: '6222' },
      amountFen: 1,
    });
  });

  it('leaves the birth date to whoever may read the number', () => {
    expect(shownAs({ idNo, birthDate: '1949-12-31' }, () => '11010519491231002X')).toEqual({
      idNo: '11010519491231002X',
      birthDate: '1949-12-31',
    });
  });
});
