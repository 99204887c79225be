import { endpointWarnings } from '../../src/doctor/configuration-check';

describe('the warnings about endpoints', () => {
  test.each([
    'https://organization.intl.tencentcloudapi.com',
    'https://organization.tencentcloudapi.com',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'https://localhost',
  ])('there are none for %s', (endpoint) => {
    expect(endpointWarnings({ endpoint, stsEndpoint: endpoint })).toEqual([]);
  });

  test('another host, and http beyond this machine, are doubtful', () => {
    expect(
      endpointWarnings({
        endpoint: 'http://gateway.example:8080',
        stsEndpoint: 'https://sts.tencentcloudapi.com.example',
        allowHttp: true,
      }),
    ).toEqual([
      'PROVISIONING_ENDPOINT: gateway.example is not a host of Tencent Cloud',
      'PROVISIONING_ENDPOINT: http, so calls can be read and changed on their way',
      'PROVISIONING_STS_ENDPOINT: sts.tencentcloudapi.com.example is not a host of Tencent Cloud',
    ]);
  });
});
