{{/* What every pod is denied. Call with (dict "user" 1000). */}}
{{- define "pool.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
fsGroup: {{ .user }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "pool.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Spread over nodes, and where the pods may run. Call with (dict "root" $ "part" "gateway" "values" .Values.gateway). */}}
{{- define "pool.placement" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "pool.selector" . | nindent 8 }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The process lives: without Redis it does as well, and is not restarted for that. */}}
{{- define "pool.probes" -}}
startupProbe:
  httpGet:
    path: /health
    port: http
  periodSeconds: 2
  failureThreshold: 30
livenessProbe:
  httpGet:
    path: /health
    port: http
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{- define "pool.redisPasswordMount" -}}
- name: redis-password
  mountPath: /run/secrets/redis
  readOnly: true
{{- end -}}

{{- define "pool.redisPasswordVolume" -}}
- name: redis-password
  secret:
    secretName: {{ .Values.redis.passwordSecret.name }}
    items:
      - key: {{ .Values.redis.passwordSecret.key }}
        path: password
    defaultMode: 0440
{{- end -}}
