{{- define "opinion-search.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "opinion-search.selector" -}}
app.kubernetes.io/name: opinion-search
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "opinion-search.labels" -}}
{{ include "opinion-search.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "opinion-search.image" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}

{{- define "opinion-search.pod" -}}
serviceAccountName: {{ include "opinion-search.name" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "opinion-search.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "opinion-search.engine" -}}
{{- if .Values.engine.existingSecret }}
- name: OPINION_SEARCH_ENGINE
  valueFrom: {secretKeyRef: {name: {{ .Values.engine.existingSecret | quote }}, key: url}}
{{- else }}
- name: OPINION_SEARCH_ENGINE
  value: {{ .Values.engine.url | quote }}
{{- end }}
{{- end }}

{{- define "opinion-search.claim" -}}
{{ .Values.index.existingClaim | default (printf "%s-index" (include "opinion-search.name" .)) }}
{{- end }}

{{- define "opinion-search.dns" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{- define "opinion-search.to-engine" -}}
{{- if or .Values.engine.existingSecret (ne .Values.engine.url "embedded") }}
- ports: [{port: {{ .Values.networkPolicy.enginePort }}, protocol: TCP}]
  {{- with .Values.networkPolicy.engine }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "opinion-search.build-pods" -}}
- podSelector:
    matchLabels: {{- include "opinion-search.selector" . | nindent 6 }}
    matchExpressions:
      - {key: app.kubernetes.io/component, operator: In, values: [build, dask-scheduler, dask-worker]}
{{- end }}
