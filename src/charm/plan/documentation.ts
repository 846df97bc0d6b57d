// Where operators find what a status has no room for: the archive holds no documentation.

export const documentation = 'https://github.com/etcd-charm/etcd-operator/blob/main/docs'
