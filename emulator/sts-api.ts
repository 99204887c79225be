import { type Accounts, expiryFields } from './accounts';
import { type Answer, readAnswer } from './answer';
import { type ApiCall, type CloudApi } from './gateway';
import { integer, listOf, objectOf, type Reader, text } from './json-reader';
import { checkParameters, missingParameter } from './parameters';
import { type Content, envelope, errorContent, refuse, type Reply, replyWith } from './reply';
import { type Refusal } from './signature';

/** A role that may be assumed. */
export interface StsRole {
  arn: string;
  /** Lifetime of its keys whatever was asked; default what was asked. */
  lifetimeSeconds?: number;
  /** The only token that AssumeRoleWithWebIdentity accepts; default any. */
  webIdentityToken?: string;
  /** The only provider that AssumeRoleWithWebIdentity accepts; default any. */
  providerId?: string;
  /** Actions that its keys may call; default all. */
  actions?: string[];
}

/** What STS knows and answers. */
export interface StsOptions {
  /** Default none. */
  roles?: StsRole[];
  /**
   * One per verified call, before the usual behaviour resumes. An answer that holds nothing to send only changes how
   * the usual one is sent (`delayMs`, `stall`, ...).
   */
  answers?: Answer[];
}

/** Reads {@link StsOptions} from JSON. */
export const readSts: Reader<StsOptions> = objectOf<StsOptions>({
  roles: listOf(
    objectOf<StsRole>(
      {
        arn: text,
        lifetimeSeconds: integer(0),
        webIdentityToken: text,
        providerId: text,
        actions: listOf(text),
      },
      'arn',
    ),
  ),
  answers: listOf(readAnswer),
});

const DEFAULT_SECONDS = 7200;
const MAX_SECONDS = 43_200;
const DURATION = { DurationSeconds: 'Integer' } as const;
const ROLE = { RoleArn: 'String', RoleSessionName: 'String' } as const;

interface RoleRequest {
  RoleArn: string;
  RoleSessionName: string;
  DurationSeconds?: number | null;
  WebIdentityToken?: string;
  ProviderId?: string;
}

/** The security token service: issues temporary keys for roles. */
export class StsApi implements CloudApi {
  readonly service = 'sts';
  readonly version = '2018-08-13';
  readonly actions = ['AssumeRole', 'AssumeRoleWithWebIdentity'];
  readonly unsigned = ['AssumeRoleWithWebIdentity'];
  private roles: StsRole[] = [];
  private answers: Answer[] = [];

  constructor(
    private readonly accounts: Accounts,
    private readonly cloudNow: () => number,
  ) {}

  /** Replaces roles and answers. */
  set({ roles = [], answers = [] }: StsOptions): void {
    this.roles = roles;
    this.answers = [...answers];
  }

  /** Answers AssumeRole and AssumeRoleWithWebIdentity. */
  answer({ action, params, headers }: ApiCall): Reply {
    if (!headers['x-tc-region']) return refuse(missingParameter('Region'));
    const isWebIdentity = action === 'AssumeRoleWithWebIdentity';
    const refusal = isWebIdentity
      ? checkParameters(params, { ...ROLE, WebIdentityToken: 'String', ProviderId: 'String' }, DURATION)
      : checkParameters(params, ROLE, { ...DURATION, ExternalId: 'String', Policy: 'String' });
    if (refusal) return refuse(refusal);
    const request = params as unknown as RoleRequest;
    const wrong = checkValues(request);
    if (wrong) return refuse(wrong);
    return replyWith(this.answers.shift() ?? {}, () => this.assume(request, isWebIdentity));
  }

  private assume(request: RoleRequest, isWebIdentity: boolean): Content {
    const role = this.roles.find(({ arn }) => arn === request.RoleArn);
    if (!role) return errorContent({ code: 'ResourceNotFound.RoleNotFound', message: 'The role does not exist.' });
    const { webIdentityToken = request.WebIdentityToken, providerId = request.ProviderId } = role;
    if (isWebIdentity && (request.WebIdentityToken !== webIdentityToken || request.ProviderId !== providerId)) {
      const message = 'The WebIdentityToken is wrong for this role and provider.';
      return errorContent({ code: 'InvalidParameter.WebIdentityTokenError', message });
    }
    const account = this.accounts.issue(this.cloudNow(), {
      lifetimeSeconds: role.lifetimeSeconds ?? request.DurationSeconds ?? DEFAULT_SECONDS,
      ...(role.actions && { actions: role.actions }),
    });
    const { secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token } = account;
    return envelope('Credentials', { Credentials: { TmpSecretId, TmpSecretKey, Token }, ...expiryFields(account) });
  }
}

function checkValues({ RoleSessionName: name, DurationSeconds: seconds }: RoleRequest): Refusal | undefined {
  if (!/^[\w+=,.@-]{2,128}$/.test(name)) {
    return { code: 'InvalidParameter.ParamError', message: 'The `RoleSessionName` must match `[\\w+=,.@-]{2,128}`.' };
  }
  if (typeof seconds === 'number' && (seconds < 1 || seconds > MAX_SECONDS)) {
    const message = `The \`DurationSeconds\` must be from 1 to ${MAX_SECONDS}.`;
    return { code: 'InvalidParameter.OverTimeError', message };
  }
  return undefined;
}
