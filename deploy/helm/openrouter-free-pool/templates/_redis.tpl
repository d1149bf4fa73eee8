{{/* Where the three pods of the group are reached; Sentinels and servers are on the same ones. */}}
{{- define "pool.redisHosts" -}}
{{- $name := printf "%s-redis" (include "pool.name" .) -}}
{{- $hosts := list -}}
{{- range $index := until 3 -}}
{{- $hosts = append $hosts (printf "%s-%d.%s.%s.svc" $name $index $name $.Release.Namespace) -}}
{{- end -}}
{{- join " " $hosts -}}
{{- end -}}

{{- define "pool.sentinels" -}}
{{- $sentinels := list -}}
{{- range $host := splitList " " (include "pool.redisHosts" .) -}}
{{- $sentinels = append $sentinels (printf "%s:26379" $host) -}}
{{- end -}}
{{- join " " $sentinels -}}
{{- end -}}

{{/* Variables of the start scripts. Call with (dict "root" $ "port" 6379). */}}
{{- define "pool.redisGroupEnv" -}}
{{- $name := printf "%s-redis" (include "pool.name" .root) -}}
- name: POD
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: HOST
  value: $(POD).{{ $name }}.{{ .root.Release.Namespace }}.svc
- name: PORT
  value: {{ .port | quote }}
- name: SENTINELS
  value: {{ include "pool.sentinels" .root }}
- name: GROUP
  value: {{ .root.Values.redis.sentinel.group }}
- name: FIRST_PRIMARY
  value: {{ splitList " " (include "pool.redisHosts" .root) | first }}:6379
- name: PASSWORD_FILE
  value: /run/secrets/redis/password
- name: RUN_FOLDER
  value: /run/redis
{{- end -}}

{{/* Whether the server or Sentinel of this container answers. Call with its port. */}}
{{- define "pool.redisProbe" -}}
exec:
  command:
    - sh
    - -c
    - REDISCLI_AUTH="$(cat /run/secrets/redis/password)" redis-cli -p {{ . }} ping | grep -q PONG
periodSeconds: 5
timeoutSeconds: 3
{{- end -}}

{{- define "pool.redisClaim" -}}
- metadata:
    name: data
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .Values.redis.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ .Values.redis.size }}
{{- end -}}
