import { type Accounts, DEFAULT_UIN } from './accounts';
import { type HttpCall } from './http-call';
import { type RateLimits } from './rate-limits';
import { refuse, type Reply } from './reply';
import { type Refusal, verifyRequest } from './signature';

/** A call that has passed every check but that of its parameters. */
export interface ApiCall extends Pick<HttpCall, 'params' | 'headers'> {
  action: string;
}

/** Actions of one product of the cloud. */
export interface CloudApi {
  /** The product's name in the credential scope and in permissions. */
  service: string;
  version: string;
  actions: readonly string[];
  /** Those of the actions that must not be signed. */
  unsigned?: readonly string[];
  /** Checks the parameters and answers. */
  answer(call: ApiCall): Reply;
}

/** The front of the cloud's API: checks key, clock, signature, token, permission and rate before a product answers. */
export class Gateway {
  constructor(
    private readonly apis: readonly CloudApi[],
    private readonly accounts: Accounts,
    private readonly limits: RateLimits,
    private readonly cloudNow: () => number,
  ) {}

  /** Answers or refuses a call. */
  answer(call: HttpCall): Reply {
    const { headers, params } = call;
    const wrong = checkProtocol(call);
    if (wrong) return refuse(wrong);
    const action = headers['x-tc-action'] ?? '';
    const api = this.apis.find(({ actions }) => actions.includes(action));
    if (!api) return refuse({ code: 'InvalidAction', message: `The action \`${action}\` does not exist.` });
    if (headers['x-tc-version'] !== api.version) {
      return refuse({ code: 'NoSuchVersion', message: `The version must be \`${api.version}\`.` });
    }
    const refusal = this.admit(call, api, action);
    return refusal ? refuse(refusal) : api.answer({ action, params, headers });
  }

  private admit({ at, headers, body, ip }: HttpCall, api: CloudApi, action: string): Refusal | undefined {
    const { service, unsigned = [] } = api;
    if (unsigned.includes(action)) {
      if (headers['authorization'] === 'SKIP') return this.limits.admit({ action, ip }, at);
      return { code: 'AuthFailure.InvalidAuthorization', message: 'The `Authorization` header must be `SKIP`.' };
    }
    const verified = verifyRequest({ service, headers, body }, this.accounts.all(), this.cloudNow());
    if ('refusal' in verified) return verified.refusal;
    const { secretId, uin = DEFAULT_UIN, actions } = verified.account;
    if (actions && !actions.includes(action)) {
      const operation = `you are not authorized to perform operation (${service}:${action})`;
      return {
        code: 'AuthFailure.UnauthorizedOperation',
        message: `${operation}\nresource (*) has no permission\n`,
      };
    }
    return this.limits.admit({ action, secretId, uin, ip }, at);
  }
}

function checkProtocol({ method, url, headers }: HttpCall): Refusal | undefined {
  if (method !== 'POST') return { code: 'UnsupportedProtocol', message: 'Only POST is supported here.' };
  if (url !== '/') return { code: 'InvalidParameter', message: 'The path must be `/` without a query.' };
  if (!/^application\/json\s*(;\s*charset=[\w-]+\s*)?$/i.test(headers['content-type'] ?? '')) {
    return { code: 'InvalidParameter', message: 'The content type must be `application/json`.' };
  }
  if (headers['x-tc-action']) return undefined;
  return { code: 'MissingParameter', message: 'The request is missing the header `X-TC-Action`.' };
}
